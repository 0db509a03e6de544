import { App, Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks, NagPack } from 'cdk-nag';
import flags from '../cdk.json';
import { BoutiqueStack } from '../examples/boutique-stack';
import { ShopStack } from '../examples/shop-stack';
process.env['CDK_VALIDATION'] = 'false';
const all = process.argv[2] === 'all';
const packs: NagPack[] = [new AwsSolutionsChecks(), new HIPAASecurityChecks(), new NIST80053R5Checks(), new PCIDSS321Checks()];
for (const [name, make] of [['shop', (a: App) => new ShopStack(a, 'Shop')], ['boutique', (a: App) => new BoutiqueStack(a, 'Boutique')]] as const) {
  const app = new App({ context: flags.context });
  make(app);
  app.synth();
  console.log('=====', name);
  const by = new Map<string, string[]>();
  for (const p of packs) {
    if (all) (p as any).isAcknowledged = () => false;
    const r = p.validateScope(app);
    for (const v of r.violations) for (const x of v.violatingResources as any[]) {
      const k = v.ruleName;
      by.set(k, [...(by.get(k) ?? []), x.constructPath]);
    }
  }
  for (const [k, v] of [...by].sort()) console.log(k, v.length, v.slice(0, 4).join(' | '));
}
