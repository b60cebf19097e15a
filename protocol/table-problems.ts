/** What is wrong with an uploaded table, as a whole or in one line, in English and French. */
import type { Language } from './error-entry.ts';

export type FileProblem =
  | { kind: 'empty' | 'not-text' | 'encoding' | 'json' | 'json-array' | 'json-over-lines' | 'header-unreadable' }
  | { kind: 'delimiter'; delimiter: string }
  | { kind: 'missing' | 'twice'; column: string }
  | { kind: 'unknown'; column: string; nearest: string | null }
  | { kind: 'unnamed'; column: number }
  | { kind: 'too-large' | 'too-many-lines'; most: number };

export type LineProblem =
  | { kind: 'quote-inside' | 'quote-after' | 'quote-open' }
  | { kind: 'cells'; found: number; expected: number }
  | { kind: 'too-long'; most: number }
  | { kind: 'damaged'; column: string; damage: Damage }
  | { kind: 'same-serial'; lines: readonly number[] }
  | { kind: 'value'; column: string };

/** What a spreadsheet turns a serial into: rounded to `1.23457E+12`, a formula, or an error value. */
export type Damage = 'rounded' | 'formula' | 'error';

/** The file as a whole cannot be imported and nothing of it was; lists everything that is wrong. */
export class TableRefusal extends Error {
  readonly problems: readonly FileProblem[];

  constructor(problems: readonly FileProblem[]) {
    super(problemsIn(problems, 'en'));
    this.name = 'TableRefusal';
    this.problems = problems;
  }

  /** One sentence for everything wrong. */
  in(language: Language): string {
    return problemsIn(this.problems, language);
  }
}

const MAX_NAMED = 12;
const MAX_SHOWN = 48;
const quoted = (text: string): string => `“${text.replace(/\p{C}/gu, '?').slice(0, MAX_SHOWN)}”`;
const cited = (text: string): string => `« ${quoted(text).slice(1, -1)} »`;
const thousands = (value: number, language: Language): string => value.toLocaleString(language);

function problemsIn(problems: readonly FileProblem[], language: Language): string {
  const named = problems.slice(0, MAX_NAMED).map((problem) => fileProblem[language](problem));
  const more = problems.length - named.length;
  if (more > 0) named.push(language === 'fr' ? `et encore ${more}` : `and ${more} more`);
  return named.join(language === 'fr' ? ' ; ' : '; ');
}

function mark(delimiter: string, language: Language): string {
  if (delimiter === ' ') return language === 'fr' ? 'une espace' : 'a space';
  return language === 'fr' ? cited(delimiter) : quoted(delimiter);
}

const fileProblem: Record<Language, (problem: FileProblem) => string> = {
  en: (problem) => {
    switch (problem.kind) {
      case 'empty':
        return 'the file is empty';
      case 'not-text':
        return 'the file is not text: save a workbook as “CSV UTF-8”';
      case 'encoding':
        return 'the file is not UTF-8: save it as “CSV UTF-8”';
      case 'json':
        return 'the file is JSON, but a CSV file is needed';
      case 'json-array':
        return 'the file is a JSON array: write one object on each line, without surrounding brackets and commas';
      case 'json-over-lines':
        return 'a JSON object spans several lines: write each object on one line';
      case 'header-unreadable':
        return 'the first line cannot be read as the names of columns';
      case 'delimiter':
        return `the columns are separated by ${mark(problem.delimiter, 'en')}: separate them with commas, semicolons or tabs`;
      case 'missing':
        return `the column ${quoted(problem.column)} is missing`;
      case 'twice':
        return `the column ${quoted(problem.column)} appears twice`;
      case 'unknown':
        return `the column ${quoted(problem.column)} is unknown${problem.nearest === null ? '' : ` (did you mean ${quoted(problem.nearest)}?)`}`;
      case 'unnamed':
        return `column ${problem.column} has no name`;
      case 'too-large':
        return `the file is larger than ${thousands(problem.most, 'en')} bytes: split it`;
      case 'too-many-lines':
        return `the file has more than ${thousands(problem.most, 'en')} lines: split it`;
    }
  },
  fr: (problem) => {
    switch (problem.kind) {
      case 'empty':
        return 'le fichier est vide';
      case 'not-text':
        return 'le fichier n’est pas du texte : enregistrez le classeur en « CSV UTF-8 »';
      case 'encoding':
        return 'le fichier n’est pas en UTF-8 : enregistrez-le en « CSV UTF-8 »';
      case 'json':
        return 'le fichier est du JSON ; il faut un fichier CSV';
      case 'json-array':
        return 'le fichier est un tableau JSON : écrivez un objet par ligne, sans crochets ni virgules autour';
      case 'json-over-lines':
        return 'un objet JSON occupe plusieurs lignes : écrivez chaque objet sur une ligne';
      case 'header-unreadable':
        return 'la première ligne ne peut pas être lue comme les noms des colonnes';
      case 'delimiter':
        return `les colonnes sont séparées par ${mark(problem.delimiter, 'fr')} : séparez-les par des virgules, des points-virgules ou des tabulations`;
      case 'missing':
        return `la colonne ${cited(problem.column)} manque`;
      case 'twice':
        return `la colonne ${cited(problem.column)} figure deux fois`;
      case 'unknown':
        return `la colonne ${cited(problem.column)} est inconnue${problem.nearest === null ? '' : ` (vouliez-vous dire ${cited(problem.nearest)} ?)`}`;
      case 'unnamed':
        return `la colonne ${problem.column} n’a pas de nom`;
      case 'too-large':
        return `le fichier dépasse ${thousands(problem.most, 'fr')} octets : divisez-le`;
      case 'too-many-lines':
        return `le fichier a plus de ${thousands(problem.most, 'fr')} lignes : divisez-le`;
    }
  },
};

const damages: Record<Language, Record<Damage, string>> = {
  en: {
    rounded: 'a spreadsheet rounded it: format the column as text and enter the serials again',
    formula: 'is a spreadsheet formula: enter the text itself',
    error: 'is a spreadsheet error: enter the text itself',
  },
  fr: {
    rounded: 'un tableur l’a arrondi : mettez la colonne au format texte et saisissez de nouveau les numéros',
    formula: 'est une formule de tableur : écrivez le texte lui-même',
    error: 'est une erreur de tableur : écrivez le texte lui-même',
  },
};

/** One sentence for what is wrong in a line. */
export function lineProblem(problem: LineProblem, language: Language): string {
  const isFrench = language === 'fr';
  switch (problem.kind) {
    case 'quote-inside':
      return isFrench
        ? 'un guillemet (") se trouve dans une cellule qui n’est pas entre guillemets : mettez-la entre guillemets et doublez-le'
        : 'a quotation mark (") is inside a cell that is not quoted: put the cell in quotation marks and double the mark';
    case 'quote-after':
      return isFrench
        ? 'du texte suit le guillemet fermant (") d’une cellule : doublez un guillemet qui fait partie du texte'
        : 'text follows the closing quotation mark (") of a cell: double a quotation mark that is part of the text';
    case 'quote-open':
      return isFrench
        ? 'un guillemet (") ouvre une cellule qui ne se termine pas comme il faut : fermez-la, ou doublez le guillemet'
        : 'a quotation mark (") opens a cell that does not end properly: close it, or double the quotation mark';
    case 'cells':
      return isFrench
        ? `${problem.found} cellules au lieu de ${problem.expected}`
        : `${problem.found} cells where the first line names ${problem.expected} columns`;
    case 'too-long':
      return isFrench
        ? `plus de ${thousands(problem.most, 'fr')} caractères`
        : `longer than ${thousands(problem.most, 'en')} characters`;
    case 'damaged':
      return `${problem.column}${isFrench ? ' : ' : ': '}${damages[language][problem.damage]}`;
    case 'same-serial':
      return isFrench
        ? `serial : le même numéro est aux lignes ${problem.lines.join(', ')} avec d’autres données : ne gardez que la bonne`
        : `serial: the same serial is on lines ${problem.lines.join(', ')} with different data: keep only the right one`;
    case 'value':
      return isFrench
        ? `${problem.column} : vide, trop long, ou avec des caractères qui ne sont pas permis`
        : `${problem.column}: is empty, too long, or has characters that are not allowed`;
  }
}
