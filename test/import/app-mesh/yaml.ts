import { createRequire } from 'node:module';

interface ScalarTag {
  readonly tag: string;
  readonly collection?: 'map' | 'seq';
  resolve(value: unknown): unknown;
}

/** The parser that aws-cdk-lib brings along for CfnInclude. */
const { parse } = createRequire(require.resolve('aws-cdk-lib/package.json'))('yaml') as {
  parse(text: string, options: { readonly schema: string; readonly customTags: readonly ScalarTag[] }): unknown;
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html */
const FUNCTIONS = ['And', 'Base64', 'Cidr', 'Equals', 'FindInMap', 'GetAtt', 'GetAZs', 'If', 'ImportValue', 'Join', 'Not', 'Or', 'Select', 'Split', 'Sub', 'Transform'];

const plain = (value: unknown): unknown => (typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function' ? (value.toJSON as () => unknown)() : value);

function shortTags(name: string, key: string): readonly ScalarTag[] {
  const resolve = (value: unknown): unknown => ({ [key]: plain(value) });
  return [{ tag: `!${name}`, resolve }, { tag: `!${name}`, collection: 'seq', resolve }, { tag: `!${name}`, collection: 'map', resolve }];
}

const TAGS = [...shortTags('Ref', 'Ref'), ...shortTags('Condition', 'Condition'), ...FUNCTIONS.flatMap((name) => shortTags(name, `Fn::${name}`))];

/** A CloudFormation template in YAML as the JSON that it stands for. */
export function parseYamlTemplate(text: string): unknown {
  return parse(text, { schema: 'core', customTags: TAGS });
}
