import { createPrivateKey } from 'node:crypto';

/** Whether a text has a private key in it, in any place and any of the usual spellings: PEM, DER, the number alone, in base64 or JSON. */
export function holdsKey(text: string, privateKey: string): boolean {
  const { d: secret } = createPrivateKey(privateKey).export({ format: 'jwk' });
  if (secret === undefined) throw new Error('this is no private key');
  const bytes = Buffer.from(secret, 'base64url');
  return spellings(text).some((each) => each.includes(bytes) || each.toString('latin1').toLowerCase().includes(bytes.toString('hex')));
}

/** A text, and what it is when it is decoded, again and again. */
function spellings(text: string, depth = 4): readonly Buffer[] {
  const own = Buffer.from(text, 'latin1');
  if (depth === 0) return [own];
  // PEM in JSON has its line breaks as an escape.
  const joined = text.replaceAll(/\\+[nr]|\s/g, '');
  const runs = [text, joined].flatMap((each) => each.match(/[A-Za-z0-9+/_-]{32,}/g) ?? []);
  // Where a run begins before its base64 does, that begins one to three characters later.
  const decoded = runs.flatMap((run) => [0, 1, 2, 3].map((offset) => Buffer.from(run.slice(offset), 'base64').toString('latin1')));
  return [own, ...new Set(decoded)].flatMap((each) => (typeof each === 'string' ? spellings(each, depth - 1) : [each]));
}
