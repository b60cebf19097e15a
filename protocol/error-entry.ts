/** Definition of a code: its HTTP status, message and next step in both languages (errors.ts). */
export type Language = 'en' | 'fr';
export interface Words {
  message: string;
  next: string;
}
export interface ErrorEntry {
  /** HTTP status with which the API returns this code; null if only devices see it. */
  httpStatus: number | null;
  en: Words;
  fr: Words;
}

export const entry = (httpStatus: number | null, en: [string, string], fr: [string, string]): ErrorEntry => ({
  httpStatus,
  en: { message: en[0], next: en[1] },
  fr: { message: fr[0], next: fr[1] },
});
