/** Resolves the CloudFormation intrinsics of a synthesized template with test values, and complains about those it does not know. */

import type { Json, Template } from './template';
import { isObject } from './template';

export type { Json, JsonObject, Resource, Template } from './template';
export { isObject } from './template';

/** Values for what only AWS knows: `{ 'AWS::Region': 'eu-west-1', 'MyLogicalId': 'id', 'MyLogicalId.Arn': 'arn:…' }`. */
export type KnownValues = Readonly<Record<string, string>>;

const PSEUDO_PARAMETERS: KnownValues = {
  'AWS::AccountId': '123456789012',
  'AWS::Region': 'eu-west-1',
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'e2e',
  'AWS::StackId': 'arn:aws:cloudformation:eu-west-1:123456789012:stack/e2e/00000000-0000-0000-0000-000000000000',
};

export class Resolver {
  private readonly known: KnownValues;

  constructor(
    private readonly template: Template,
    values: KnownValues = {},
  ) {
    this.known = { ...PSEUDO_PARAMETERS, ...values };
  }

  /** The logical ID that a `Ref` or `Fn::GetAtt` points to; undefined for anything else. */
  referenced(value: Json | undefined): string | undefined {
    if (!isObject(value)) return undefined;
    const target = value['Ref'] ?? value['Fn::GetAtt'];
    const id = Array.isArray(target) ? (target as readonly Json[])[0] : target;
    return typeof id === 'string' ? id.split('.')[0] : undefined;
  }

  /** The logical IDs in a list of references. */
  referencedAll(value: Json | undefined): readonly string[] {
    return this.list(value)
      .map((item) => this.referenced(item))
      .filter((id) => id !== undefined);
  }

  resolve(value: Json | undefined): Json | undefined {
    if (Array.isArray(value)) {
      return (value as readonly Json[]).map((item) => this.resolve(item)).filter((item) => item !== undefined);
    }
    if (!isObject(value)) return value;
    const [key, ...others] = Object.keys(value);
    if (key !== undefined && others.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))) return this.call(key, value[key]);
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.resolve(item)]));
  }

  private call(name: string, argument: Json | undefined): Json | undefined {
    switch (name) {
      case 'Ref':
        return this.ref(this.text(argument));
      case 'Fn::GetAtt':
        return this.attribute(Array.isArray(argument) ? argument.map((part) => this.text(part as Json)).join('.') : this.text(argument));
      case 'Fn::Join': {
        const [separator, items] = this.list(argument);
        return this.list(items)
          .map((item) => this.text(item))
          .join(this.text(separator));
      }
      case 'Fn::Sub':
        return this.substitute(argument);
      case 'Fn::Base64':
        return Buffer.from(this.text(argument)).toString('base64');
      case 'Fn::Select': {
        const [index, items] = this.list(argument);
        const selected = this.list(this.resolve(items))[Number(this.resolve(index))];
        if (selected === undefined) throw new Error(`Fn::Select: there is no item ${this.text(index)} in ${JSON.stringify(items)}`);
        return selected;
      }
      case 'Fn::Split': {
        const [separator, text] = this.list(argument);
        return this.text(text).split(this.text(separator));
      }
      case 'Fn::GetAZs':
        return ['a', 'b', 'c'].map((zone) => `${this.ref('AWS::Region')}${zone}`);
      case 'Fn::ImportValue':
        return this.known[this.text(argument)] ?? this.text(argument);
      case 'Fn::FindInMap': {
        const [map, first, second] = this.list(argument).map((part) => this.text(part));
        const found = this.step(this.step(this.step(this.template.Mappings, map), first), second);
        if (found === undefined) throw new Error(`Fn::FindInMap ${JSON.stringify(argument)} finds nothing in the template's Mappings`);
        return this.resolve(found);
      }
      default:
        throw new Error(`the runner does not know the intrinsic ${name}: ${JSON.stringify(argument)}`);
    }
  }

  private ref(name: string): string | undefined {
    if (name === 'AWS::NoValue') return undefined;
    const known = this.known[name];
    if (known !== undefined) return known;
    const parameter = this.template.Parameters?.[name];
    if (parameter !== undefined) return parameter['Default'] === undefined ? name : this.text(parameter['Default']);
    if (this.template.Resources?.[name] === undefined)
      throw new Error(`Ref to "${name}", which is no resource, parameter or pseudo parameter of the template`);
    return name;
  }

  private attribute(path: string): string {
    const known = this.known[path];
    if (known !== undefined) return known;
    const [id = ''] = path.split('.');
    if (this.template.Resources?.[id] === undefined) throw new Error(`Fn::GetAtt of "${path}": the template has no resource "${id}"`);
    return path;
  }

  private substitute(argument: Json | undefined): string {
    const [format, variables] = Array.isArray(argument) ? this.list(argument) : [argument, undefined];
    return this.text(format).replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
      if (literal !== '') return `\${${name}}`;
      const own = isObject(variables) ? variables[name.trim()] : undefined;
      if (own !== undefined) return this.text(own);
      return name.includes('.') ? this.attribute(name.trim()) : (this.ref(name.trim()) ?? '');
    });
  }

  private step(value: Json | undefined, key: string | undefined): Json | undefined {
    return isObject(value) && key !== undefined ? value[key] : undefined;
  }

  private list(value: Json | undefined): readonly Json[] {
    if (!Array.isArray(value)) {
      const resolved = this.resolve(value);
      if (!Array.isArray(resolved)) throw new Error(`expected a list, got ${JSON.stringify(value)}`);
      return resolved as readonly Json[];
    }
    return value as readonly Json[];
  }

  /** Resolves what has to be text in the end. */
  text(value: Json | undefined): string {
    const resolved = this.resolve(value);
    if (typeof resolved !== 'string' && typeof resolved !== 'number' && typeof resolved !== 'boolean') {
      throw new Error(`expected text, got ${JSON.stringify(value)}`);
    }
    return String(resolved);
  }
}
