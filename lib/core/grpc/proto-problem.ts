/** What is wrong with the description of an API, with its place in it. */
export interface ProtoProblem {
  readonly file: string;
  readonly line?: number;
  /** One sentence without a full stop. */
  readonly message: string;
  /** What to do about it; absent: to correct the file. */
  readonly fix?: string;
}

/** `protos/shop.proto:12` */
export function placeText({ file, line }: Pick<ProtoProblem, 'file' | 'line'>): string {
  return line === undefined ? file : `${file}:${line}`;
}
