import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parseSync, Visitor } from 'vite';

/** What each node points to; every node has an entry, also one that points to nothing. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** One source file and what it imports, by the specifiers as they stand in it. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly specifiers: readonly string[];
}

/** The syntax tree of a file, and its imports as the parser lists them. */
export const parsed = (path: string, text: string): ReturnType<typeof parseSync> => parseSync(path, text);

/**
 * Every specifier of a file: static imports and re-exports, types included, dynamic `import()`, the types of `import('…').T`,
 * and modules that are started by their address (`new URL('./worker.ts', import.meta.url)`), which are needed just as much.
 */
export function specifiersIn(path: string, text: string): string[] {
  const { module, program } = parsed(path, text);
  const found = module.staticImports.map((each) => each.moduleRequest.value);
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest } of entries) if (moduleRequest) found.push(moduleRequest.value);
  }
  const literal = (node: { type: string; value?: unknown } | undefined): void => {
    if (node?.type === 'Literal' && typeof node.value === 'string') found.push(node.value);
  };
  if (/\bimport\(|new URL\(/.test(text)) {
    new Visitor({
      ImportExpression: (node) => literal(node.source),
      TSImportType: (node) => literal(node.source),
      NewExpression: ({ callee, arguments: [address, base] }) => {
        if (callee.type === 'Identifier' && callee.name === 'URL' && base?.type === 'MemberExpression') literal(address);
      },
    }).visit(program);
  }
  return [...new Set(found)];
}

/** All TypeScript sources below a folder, by paths from there. */
export function readSources(root: string): SourceFile[] {
  const exclude = (path: string): boolean => path === 'node_modules' || path === 'dist';
  return globSync('**/*.{ts,tsx}', { cwd: root, exclude })
    .toSorted()
    .map((path) => {
      const text = readFileSync(posix.join(root, path), 'utf8');
      return { path, text, specifiers: specifiersIn(path, text) };
    });
}

/** Who imports whom among these files; imports of packages and of anything that is not among them are left out. */
export function fileGraph(files: readonly SourceFile[]): Graph {
  const known = new Set(files.map(({ path }) => path));
  return new Map(
    files.map(({ path, specifiers }) => {
      const relative = specifiers.filter((specifier) => specifier.startsWith('.'));
      const targets = relative.map((specifier) => posix.join(posix.dirname(path), specifier));
      return [path, new Set(targets.filter((target) => known.has(target)))];
    }),
  );
}

/** The same graph seen from further away: one node for all files that `roomOf` puts together. */
export function roomGraph(files: Graph, roomOf: (path: string) => string): Graph {
  const rooms = new Map<string, Set<string>>();
  for (const [path, targets] of files) {
    const from = roomOf(path);
    const into = rooms.get(from) ?? new Set();
    rooms.set(from, into);
    for (const target of targets) if (roomOf(target) !== from) into.add(roomOf(target));
  }
  return rooms;
}

/** Nodes that reach each other in circles: the strongly connected components of more than one node (Tarjan). */
export function circles(graph: Graph): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): number => {
    const own = index.size;
    index.set(node, own);
    stack.push(node);
    let lowest = own;
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) lowest = Math.min(lowest, visit(next));
      else if (stack.includes(next)) lowest = Math.min(lowest, index.get(next) ?? own);
    }
    low.set(node, lowest);
    if (lowest === own) {
      const members = stack.splice(stack.indexOf(node));
      if (members.length > 1) found.push(members.toSorted());
    }
    return lowest;
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return found;
}
