/** The names of all fields, of each form of a union too. */
export type KeysOf<Document> = Document extends unknown ? keyof Document & string : never;

/**
 * A document as the side that reads it gets it: with nothing known but the names of its fields. A name that the document does
 * not have is not read by mistake.
 */
export type Unread<Document> = { readonly [Key in KeysOf<Document>]?: unknown };
