import { Template } from 'aws-cdk-lib/assertions';
import { SHAPES, quietApp, stackOf } from '../test/support/shapes';
import { BoutiqueStack } from '../examples/boutique-stack';
import { ShopStack } from '../examples/shop-stack';
import { writeFileSync } from 'node:fs';
const out: Record<string, unknown> = { shop: Template.fromStack(new ShopStack(quietApp(), 'Shop')).toJSON(), boutique: Template.fromStack(new BoutiqueStack(quietApp(), 'Boutique')).toJSON() };
for (const [n, p] of Object.entries(SHAPES)) out[n] = Template.fromStack(stackOf(p).stack).toJSON();
writeFileSync('.probe/all.json', JSON.stringify(out));
