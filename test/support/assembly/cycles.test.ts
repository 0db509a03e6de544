import { App, CfnOutput, CfnResource, Fn, NestedStack, Stack } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { circles, cyclesIn } from './cycles';

function thing(scope: Stack, id: string): CfnResource {
  return new CfnResource(scope, id, { type: 'Test::Thing' });
}

function refer(from: CfnResource, to: CfnResource): void {
  from.addPropertyOverride('To', [...((from as unknown as { rawOverrides: Record<string, never> }).rawOverrides['To'] ?? []), to.ref]);
}

describe('in an app', () => {
  const app = (make: (root: Stack, app: App) => void): readonly string[] => {
    const made = new App();
    make(new Stack(made, 'Root'), made);
    return cyclesIn(made.synth());
  };

  test('resources that refer to others in one direction are no circle', () => {
    const form = (root: Stack): void => {
      const nested = new NestedStack(root, 'A');
      const [a, b, c] = [thing(root, 'First'), thing(nested, 'Second'), thing(new NestedStack(root, 'B'), 'Third')] as const;
      refer(b, a);
      refer(c, b);
      refer(c, a);
    };
    expect(app(form)).toEqual([]);
  });

  test('two nested stacks that refer to each other are one, though no two resources are', () => {
    const form = (root: Stack): void => {
      const [a, b] = [new NestedStack(root, 'A'), new NestedStack(root, 'B')] as const;
      refer(thing(a, 'One'), thing(b, 'One'));
      refer(thing(b, 'Two'), thing(a, 'Two'));
    };
    expect(app(form)).toEqual([expect.stringMatching(/^Root: (ANested\w+ -> BNested\w+ -> ANested|BNested\w+ -> ANested\w+ -> BNested)/)]);
  });

  test('a nested stack that refers to what waits for it is one', () => {
    const form = (root: Stack): void => {
      const a = new NestedStack(root, 'A');
      const later = thing(root, 'Later');
      refer(thing(a, 'Inner'), later);
      later.node.addDependency(a);
    };
    expect(app(form)).toEqual([expect.stringMatching(/^Root: (Later -> ANested\w+ -> Later|(ANested\w+) -> Later -> \2)$/)]);
  });

  test('resources of a nested stack that depend on each other are one', () => {
    const form = (root: Stack): void => {
      const a = new NestedStack(root, 'A');
      const [one, two] = [thing(a, 'One'), thing(a, 'Two')] as const;
      one.addOverride('DependsOn', ['Two']);
      two.addPropertyOverride('Text', Fn.sub('${One.Arn}'));
    };
    expect(app(form)).toEqual([expect.stringMatching(/^Root\/ANested\w+: One -> Two -> One$/)]);
  });

  test.each<[string, (from: Stack, to: Stack) => void]>([
    [
      'exports',
      (from, to) => {
        new CfnOutput(to, 'Out', { value: 'x', exportName: `of-${to.stackName}` });
        thing(from, 'User').addPropertyOverride('To', Fn.importValue(`of-${to.stackName}`));
      },
    ],
    [
      'outputs',
      (from, to) => {
        new CfnOutput(to, 'Out', { value: 'x' });
        thing(from, 'User').addPropertyOverride('To', Fn.getStackOutput(to.stackName, 'Out'));
      },
    ],
    [
      'parameters in Systems Manager',
      (from, to) => {
        new StringParameter(to, 'Out', { parameterName: `/${to.stackName}`, stringValue: 'x' });
        thing(from, 'User').addPropertyOverride('To', StringParameter.valueForStringParameter(from, `/${to.stackName}`));
      },
    ],
    [
      'dynamic references',
      (from, to) => {
        new StringParameter(to, 'Out', { parameterName: `/${to.stackName}`, stringValue: 'x' });
        thing(from, 'User').addPropertyOverride('To', `it is {{resolve:ssm:/${to.stackName}}}`);
      },
    ],
  ])('stacks that read %s of each other are one', (_, read) => {
    const form =
      (both: boolean) =>
      (root: Stack, made: App): void => {
        const other = new Stack(made, 'Other');
        read(new NestedStack(root, 'A'), other);
        // A dependency that is declared, and one that is not.
        if (both) other.addStackDependency(root);
      };
    expect(app(form(true))).toEqual([expect.stringMatching(/^stacks: (Root -> Other -> Root|Other -> Root -> Other)$/)]);
    expect(app(form(false))).toEqual([]);
  });
});

describe('circles', () => {
  const found = (needs: Readonly<Record<string, string>>): readonly string[] =>
    circles(new Map(Object.entries(needs).map(([id, all]) => [id, all.split('').filter((each) => each !== ' ')]))).map((each) =>
      each.join(''),
    );

  test('are found apart from each other, without what leads to them and away from them', () => {
    expect(found({ a: 'b', b: 'c', c: 'bd', d: '', e: 'f', f: 'e', g: 'g', h: 'abg' })).toEqual(['bcb', 'efe', 'gg']);
    expect(found({ a: 'bc', b: 'c', c: 'd', d: '' })).toEqual([]);
  });

  test('of which two share a resource are named once', () => {
    expect(found({ a: 'b', b: 'ac', c: 'b' })).toHaveLength(1);
  });

  test('are found in a chain of ten thousand', () => {
    const chain = new Map(Array.from({ length: 10_000 }, (_, index) => [`${index}`, [`${(index + 1) % 10_000}`]]));
    expect(circles(chain)[0]).toHaveLength(10_001);
    expect(circles(new Map([...chain, ['9999', []]]))).toEqual([]);
  });
});
