import type { Reader } from '../../reading/reader';

/** Who may connect to something that is no part of the mesh. */
export function checkOpenTo(at: Reader, { nobody, fix }: { readonly nobody: string; readonly fix: string }): void {
  const items = at.items('a list of security groups, or of what has connections');
  for (const item of items)
    item
      .required('what may connect', 'remove the entry, or give a security group')
      .checkInstance('an ec2.IConnectable, such as a SecurityGroup', ['connections'], 'give a security group, or a construct that has one');
  if (Array.isArray(at.value) && items.length === 0) at.fail('MISSING', nobody, { fix });
}
