import { IssueList } from './issues';
import { Reader } from './reader';

/** A cursor at an object that stands in place of another one, field by field. */
class InheritingReader extends Reader {
  constructor(private readonly own: Reader, private readonly base: Reader) {
    super(own.issues, own.path, own.value);
  }

  override field(name: string): Reader {
    const own = this.own.field(name);
    const inherited = this.base.field(name);
    return own.absent && !inherited.absent ? inherited : own;
  }
}

/**
 * Reads an object whose absent fields are those of another one. What is wrong with an inherited field has been said
 * where it stands, so it is not said again.
 */
export function readInheriting<T>(own: Reader, base: Reader, read: (at: Reader) => T): T {
  const found = new IssueList();
  const result = read(new InheritingReader(new Reader(found, own.path, own.value), new Reader(found, base.path, base.value)));
  for (const issue of found.all) {
    if (!own.issues.all.some(({ code, path, message }) => code === issue.code && path === issue.path && message === issue.message)) own.issues.add(issue);
  }
  return result;
}
