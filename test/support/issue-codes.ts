import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import type { IssueCode } from '../../lib/core/reading/issues';

const FILE = join(__dirname, '../../lib/core/reading/issues.ts');

/** The codes of issues, in the order of their type, each with the comment that stands above it. */
export function issueCodes(): ReadonlyMap<IssueCode, string> {
  const source = ts.createSourceFile(FILE, readFileSync(FILE, 'utf8'), ts.ScriptTarget.ES2022, true);
  const type = source.statements.filter(ts.isTypeAliasDeclaration).find(({ name }) => name.text === 'IssueCode')?.type;
  if (type === undefined || !ts.isUnionTypeNode(type)) throw new Error('there is no union IssueCode');
  return new Map(
    type.types.map((member) => {
      const comments = ts.getLeadingCommentRanges(source.text, member.getFullStart()) ?? [];
      // The comment stands before the "|", which is no part of the member.
      const before = source.text.slice(0, member.getStart()).trimEnd();
      const comment = comments.length > 0 ? '' : (/\/\*\* (.*) \*\/\s*\|$/.exec(before)?.[1] ?? '');
      return [member.getText().slice(1, -1) as IssueCode, comment];
    }),
  );
}
