import { IssueList } from './issues';
import { Reader } from './reader';

/** Fields that mean something only beside each other: who says one of them inherits none. */
type Together = readonly (readonly string[])[];

/** A cursor at an object that stands in place of another one, field by field. */
class InheritingReader extends Reader {
  constructor(
    private readonly own: Reader,
    private readonly base: Reader,
    private readonly together: Together,
  ) {
    super(own.issues, own.path, own.value, own.places);
  }

  override field(name: string): Reader {
    const own = this.own.field(name);
    const inherited = this.base.field(name);
    return own.absent && !inherited.absent && !this.saysAnother(name) ? inherited : own;
  }

  private saysAnother(name: string): boolean {
    return this.together.some((fields) => fields.includes(name) && fields.some((field) => !this.own.field(field).absent));
  }
}

/**
 * Reads an object whose absent fields are those of another one. An issue of an inherited field has been reported at the field
 * itself, so it is not reported again.
 */
export function readInheriting<T>(own: Reader, base: Reader, together: Together, read: (at: Reader) => T): T {
  const found = new IssueList();
  const result = read(
    new InheritingReader(
      new Reader(found, own.path, own.value, own.places),
      new Reader(found, base.path, base.value, base.places),
      together,
    ),
  );
  for (const issue of found.all) {
    if (!own.issues.all.some(({ code, path, message }) => code === issue.code && path === issue.path && message === issue.message))
      own.issues.add(issue);
  }
  return result;
}
