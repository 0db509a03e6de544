import { Annotations } from 'aws-cdk-lib';
import { SHAPES, quietApp, stackOf } from '../test/support/shapes';
const { stack, shop } = stackOf(SHAPES['in isolated subnets with endpoints']!);
stack.node.root.synth();
console.log(shop.node.metadata.map((m) => JSON.stringify(m).slice(0,150)));
