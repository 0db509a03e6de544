import { readFileSync } from 'node:fs';

/** The text of a file that a prop names, or why there is none; validation reports it. */
export function fileContent(path: unknown): object {
  if (typeof path !== 'string') return {};
  try {
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    return { error: code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : String(error) };
  }
}

/** JSON as text, so that it may be as deep as it likes; validation reports what is no JSON. */
export function jsonContent(value: unknown): object {
  try {
    return { text: JSON.stringify(value) };
  } catch (error) {
    return { error: String(error) };
  }
}
