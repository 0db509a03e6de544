import fc from 'fast-check';
import { Template } from '../../../../programs/import/cloudformation/template';
import type { TemplateOptions } from '../../../../programs/import/cloudformation/template';
import { textOf } from '../../../../programs/import/cloudformation/symbolic';
import { Unresolved } from '../../../../lib/core/reading/input';
import { IssueList } from '../../../../lib/core/reading/issues';

const SECTIONS = {
  Parameters: {
    Project: { Type: 'String' },
    Port: { Type: 'Number', Default: 8080 },
    Names: { Type: 'CommaDelimitedList', Default: 'a, b' },
    Stage: { Type: 'String', Default: 'test' },
  },
  Mappings: { Sizes: { test: { Port: 81 }, live: { Port: 82 } } },
  Conditions: {
    IsTest: { 'Fn::Equals': [{ Ref: 'Stage' }, 'test'] },
    IsShop: { 'Fn::Equals': [{ Ref: 'Project' }, 'shop'] },
    Both: { 'Fn::And': [{ Condition: 'IsTest' }, { Condition: 'IsShop' }] },
    Either: { 'Fn::Or': [{ Condition: 'IsTest' }, { Condition: 'IsShop' }] },
    NotTest: { 'Fn::Not': [{ Condition: 'IsTest' }] },
    Itself: { 'Fn::Not': [{ Condition: 'Itself' }] },
    Odd: { 'Fn::Contains': [['a'], 'a'] },
  },
};

const OTHERS = {
  Mesh: { Type: 'AWS::AppMesh::Mesh', Properties: { MeshName: { 'Fn::Sub': '${Project}-mesh' } } },
  Node: { Type: 'AWS::AppMesh::VirtualNode', Properties: {} },
  Registry: { Type: 'AWS::ServiceDiscovery::Service', Properties: { Name: 'color' } },
  Record: { Type: 'AWS::Route53::RecordSet', Properties: { Name: { 'Fn::Join': ['.', ['backend', { 'Fn::ImportValue': 'zone' }]] } } },
  Bucket: { Type: 'AWS::S3::Bucket' },
  Loop: { Type: 'AWS::ServiceDiscovery::Service', Properties: { Name: { 'Fn::GetAtt': 'Loop.Name' } } },
};

/** What a property is read as, with texts that only CloudFormation knows as `text`, and the issues. */
function resolve(
  value: unknown,
  options: TemplateOptions = {},
  condition?: string,
): { readonly value: unknown; readonly issues: readonly string[] } {
  const issues = new IssueList();
  const template = new Template(
    {
      ...SECTIONS,
      Resources: { ...OTHERS, It: { Type: 'It', ...(condition === undefined ? {} : { Condition: condition }), Properties: { P: value } } },
    },
    options,
    issues,
  );
  const [found] = template.resources((type) => type === 'It');
  const resolved = found === undefined ? 'not made' : found.properties.field('P').value;
  return {
    value: resolved instanceof Unresolved ? { text: resolved.text } : resolved,
    issues: issues.all.map(({ code, path, message }) => `${code} ${path}: ${message}`),
  };
}

const known: readonly (readonly [string, unknown, unknown, TemplateOptions?])[] = [
  ['a literal', 'x', 'x'],
  ['a default of a parameter', { Ref: 'Port' }, 8080],
  ['a given parameter', { Ref: 'Port' }, 9, { parameters: { Port: 9 } }],
  ['a parameter that is a list', { Ref: 'Names' }, ['a', 'b']],
  ['a parameter that nobody gives', { Ref: 'Project' }, { text: '${Project}' }],
  ['a pseudo parameter', { Ref: 'AWS::Region' }, { text: '${AWS::Region}' }],
  ['a given pseudo parameter', { 'Fn::Sub': 'in ${AWS::Region}' }, 'in eu-west-1', { parameters: { 'AWS::Region': 'eu-west-1' } }],
  ['no value', { Ref: 'AWS::NoValue' }, undefined],
  ['no value in a list', ['a', { Ref: 'AWS::NoValue' }, 'b'], ['a', 'b']],
  ['an attribute that a property says', { 'Fn::GetAtt': ['Mesh', 'MeshName'] }, { text: '${Project}-mesh' }],
  ['the same, in its short form', { 'Fn::GetAtt': 'Mesh.MeshName' }, 'shop-mesh', { parameters: { Project: 'shop' } }],
  ['the name of a Cloud Map service', { 'Fn::GetAtt': ['Registry', 'Name'] }, 'color'],
  ['the name that CloudFormation makes', { 'Fn::GetAtt': ['Node', 'VirtualNodeName'] }, { text: '${Node.VirtualNodeName}' }],
  ['another attribute', { 'Fn::GetAtt': ['Mesh', 'Arn'] }, { text: '${Mesh.Arn}' }],
  ['a reference that is a property', { Ref: 'Record' }, { text: 'backend.${ImportValue zone}' }],
  ['a reference with an import', { Ref: 'Record' }, 'backend.shop.local', { imports: { zone: 'shop.local' } }],
  ['a reference to a resource', { Ref: 'Bucket' }, { text: '${Bucket}' }],
  ['a join', { 'Fn::Join': ['.', ['a', { Ref: 'Port' }, 'b']] }, 'a.8080.b'],
  ['a join of what nobody knows', { 'Fn::Join': ['.', ['a', { Ref: 'Project' }]] }, { text: 'a.${Project}' }],
  ['a join and a substitution of the same', { 'Fn::Sub': 'a.${Project}' }, { text: 'a.${Project}' }],
  ['a join of a list', { 'Fn::Join': ['-', { Ref: 'Names' }] }, 'a-b'],
  ['a substitution with its own names', { 'Fn::Sub': ['${A}.${Registry.Name}', { A: { Ref: 'Stage' } }] }, 'test.color'],
  ['a literal in a substitution', { 'Fn::Sub': 'x${!Project}' }, 'x${Project}'],
  ['a selection', { 'Fn::Select': [1, { Ref: 'Names' }] }, 'b'],
  ['a selection by a text', { 'Fn::Select': ['0', { 'Fn::Split': ['.', 'a.b'] }] }, 'a'],
  ['a split of what nobody knows', { 'Fn::Split': ['.', { Ref: 'Project' }] }, { text: '${Split [".","${Project}"]}' }],
  ['a mapping', { 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'Port'] }, 81],
  ['a mapping with a default', { 'Fn::FindInMap': ['Sizes', 'none', 'Port', { DefaultValue: 5 }] }, 5],
  [
    'a mapping by what nobody knows',
    { 'Fn::FindInMap': ['Sizes', { Ref: 'Project' }, 'Port'] },
    { text: '${FindInMap ["Sizes","${Project}","Port"]}' },
  ],
  ['an import', { 'Fn::ImportValue': { 'Fn::Sub': '${Project}:Mesh' } }, { text: '${ImportValue ${Project}:Mesh}' }],
  ['a condition that holds', { 'Fn::If': ['IsTest', 'yes', 'no'] }, 'yes'],
  ['a condition that does not', { 'Fn::If': ['NotTest', 'yes', { Ref: 'AWS::NoValue' }] }, undefined],
  ['a condition of which one part is enough', { 'Fn::If': ['Either', 'yes', 'no'] }, 'yes'],
  ['a condition of given parameters', { 'Fn::If': ['Both', 'yes', 'no'] }, 'yes', { parameters: { Project: 'shop' } }],
  ['a condition that nobody knows', { 'Fn::If': ['Both', 'yes', 'no'] }, { text: '${If ["Both","yes","no"]}' }],
  ['a function that needs an account', { 'Fn::GetAZs': '' }, { text: '${GetAZs }' }],
  ['functions in functions', { a: [{ b: { 'Fn::Join': ['', ['x', { 'Fn::Sub': '${Port}' }]] } }] }, { a: [{ b: 'x8080' }] }],
];

test.each(known.map(([what, value, expected, options]) => ({ what, value, expected, options })))(
  'resolves $what',
  ({ value, expected, options }) => {
    expect(resolve(value, options)).toEqual({ value: expected, issues: [] });
  },
);

test.each([
  ['refers to nothing', { Ref: 'Prot' }, 'MISSING It.P: there is no parameter or resource "Prot"'],
  ['asks an attribute of nothing', { 'Fn::GetAtt': ['Nodes', 'Arn'] }, 'MISSING It.P: there is no parameter or resource "Nodes"'],
  ['refers to itself', { 'Fn::GetAtt': ['Loop', 'Name'] }, 'CONFLICT Loop.Name: Loop.Name refers to itself'],
  ['joins an object', { 'Fn::Join': ['', [{ a: 1 }]] }, 'WRONG_TYPE It.P: must be made of texts'],
  ['selects beyond the end', { 'Fn::Select': [7, ['a']] }, 'OUT_OF_RANGE It.P: Fn::Select finds nothing at 7 of 1'],
  [
    'asks a mapping for what it has not',
    { 'Fn::FindInMap': ['Sizes', 'none', 'Port'] },
    'MISSING It.P: the mapping "Sizes" has nothing for "none" and "Port"',
  ],
  ['writes a substitution wrong', { 'Fn::Sub': 7 }, 'WRONG_TYPE It.P: is not how Fn::Sub is written'],
  ['asks for a condition that there is not', { 'Fn::If': ['IsTst', 1, 2] }, 'MISSING It.P: there is no condition "IsTst"'],
  ['asks for a condition of itself', { 'Fn::If': ['Itself', 1, 2] }, 'CONFLICT Conditions.Itself: the condition "Itself" refers to itself'],
  ['asks for a condition of another kind', { 'Fn::If': ['Odd', 1, 2] }, 'INVALID_VALUE Conditions.Odd: is not a condition'],
  ['uses a macro', { 'Fn::Transform': { Name: 'M' } }, 'INVALID_VALUE It.P: Fn::Transform is expanded by CloudFormation only'],
])('has an issue if a template %s', (_what, value, issue) => {
  expect(resolve(value).issues).toEqual([issue]);
});

test('a resource whose condition does not hold is not there, and one of which nobody knows is, with an issue', () => {
  expect(resolve('x', {}, 'NotTest')).toEqual({ value: 'not made', issues: [] });
  expect(resolve('x', {}, 'IsTest')).toEqual({ value: 'x', issues: [] });
  expect(resolve('x', {}, 'IsShop')).toEqual({
    value: 'x',
    issues: ['TOKEN It.Condition: whether the condition "IsShop" holds is not known: it is taken to'],
  });
});

test.each([
  ['no object', 7, 'WRONG_TYPE template'],
  ['a template that was not parsed', 'Resources:\n', 'WRONG_TYPE template'],
  ['a template without resources', {}, 'MISSING Resources'],
  ['resources that are a list', { Resources: [] }, 'WRONG_TYPE Resources'],
  ['a resource without a type', { Resources: { A: {} } }, 'WRONG_TYPE A'],
])('has an issue if it gets %s', (_what, template, issue) => {
  const issues = new IssueList();
  new Template(template, {}, issues).resources(() => true);
  expect(issues.all.map(({ code, path }) => `${code} ${path}`)).toEqual([issue]);
});

test('a join of literal texts is their concatenation, however it is nested', () => {
  const texts: fc.Arbitrary<string> = fc.string({ maxLength: 5 });
  const { tree } = fc.letrec<{ tree: unknown; leaf: string; join: unknown }>((tie) => ({
    tree: fc.oneof({ depthSize: 'small' }, tie('leaf'), tie('join')),
    leaf: texts,
    join: fc.tuple(texts, fc.array(tie('tree'), { maxLength: 3 })).map((argument) => ({ 'Fn::Join': argument })),
  }));
  const expected = (value: unknown): string => {
    if (typeof value === 'string') return value;
    const [delimiter, items] = (value as { readonly 'Fn::Join': readonly [string, readonly unknown[]] })['Fn::Join'];
    return items.map(expected).join(delimiter);
  };
  fc.assert(
    fc.property(tree, (value) => {
      expect(textOf(resolve(value).value)).toBe(expected(value));
    }),
  );
});
