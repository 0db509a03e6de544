import type { IConstruct } from 'constructs';
import { IssueList, MicroservicesValidationError } from '../core/reading/issues';
import { Reader } from '../core/reading/reader';

/** Throws the one mistake that there is. */
export function throwIssue(scope: IConstruct, path: string, ...[code, message, complaint]: Parameters<Reader['fail']>): never {
  const issues = new IssueList();
  new Reader(issues, path, undefined).fail(code, message, complaint);
  throw new MicroservicesValidationError(scope.node.path, issues.all);
}
