import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import flags from '../cdk.json';
import { BoutiqueStack } from '../examples/boutique-stack';
import { ShopStack } from '../examples/shop-stack';
import { writeFileSync } from 'node:fs';
const a = new App({ context: flags.context });
writeFileSync('.probe/shop.json', JSON.stringify(Template.fromStack(new ShopStack(a, 'Shop')).toJSON(), null, 1));
writeFileSync('.probe/boutique.json', JSON.stringify(Template.fromStack(new BoutiqueStack(new App({ context: flags.context }), 'Boutique')).toJSON(), null, 1));
