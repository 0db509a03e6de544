import { isIP } from 'node:net';
import type { Opened } from '../../../edges/rest/resource-policy';
import { holdsToken } from '../../../reading/input';
import type { Reader } from '../../../reading/reader';
import { STRINGS } from '../../../reading/reader';

const FIX = "list them as CIDR blocks, such as '203.0.113.0/24', or remove it";

/** From where clients may call an API. */
export function parseIpRanges(at: Reader): readonly string[] | undefined {
  if (at.absent) return undefined;
  const items = at.items(STRINGS);
  if (Array.isArray(at.value) && items.length === 0) at.fail('MISSING', 'with no range in it, nobody could call the API', { fix: FIX });
  const known = new Set<string>();
  return items.flatMap((item) => {
    const range = item.required('a range of IP addresses', FIX).string();
    if (range === undefined) return [];
    if (!holdsToken(range) && !isRange(range))
      return (
        item.fail<never[]>('INVALID_VALUE', 'is no range of IP addresses', { allowed: "a CIDR block, such as '203.0.113.0/24'" }) ?? []
      );
    if (known.has(range)) item.fail('DUPLICATE', 'the range stands twice', { fix: 'remove one of the two' });
    known.add(range);
    return [range];
  });
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress */
function isRange(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** A resource policy that opens a route opens it for those, too, whom its authorizer would refuse. */
export function checkOpened(at: Reader, opened: readonly Opened[]): void {
  for (const { key, by } of opened)
    at.fail(
      'CONFLICT',
      `in the resource policy that this makes, ${by} would also open "${key}", without the word of its authorizer: ` +
        'a variable part of a path stands for any text there, with slashes',
      {
        got: null,
        fix: 'give both an authorizer of one kind, give them paths that do not overlap, or move one of them to another edge (edges)',
      },
    );
}
