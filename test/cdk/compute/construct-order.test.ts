import { App, Stack } from 'aws-cdk-lib';
import { Microservices } from '../../../lib';
import { build, resourcesOf, service } from '../../support/stack';

test('the construct tree is complete when the constructor returns: synth adds nothing to it', () => {
  const app = new App();
  const system = new Microservices(new Stack(app, 'Stack'), 'Shop', {
    services: { ui: service({ calls: ['catalog'] }), catalog: service() },
  });
  const before = system.node.findAll().map((child) => child.node.path);
  app.synth();
  expect(system.node.findAll().map((child) => child.node.path)).toEqual(before);
  expect(before).toContain('Stack/Shop/catalog/VirtualName');
});

test('a service waits for those whom it calls: their tasks, their names, and that it may reach them', () => {
  const { template } = build({ services: { ui: service({ calls: ['catalog'] }), catalog: service() } });
  const waits = (name: string): readonly string[] => {
    const [, { DependsOn = [] } = { DependsOn: [] }] =
      Object.entries(resourcesOf(template)).find(([id]) => id.startsWith(`Shop${name}Service`)) ?? [];
    return [DependsOn].flat().map((id) => id.replace(/[0-9A-F]{8}$/, ''));
  };
  expect(waits('ui')).toEqual(expect.arrayContaining(['ShopcatalogService', 'ShopcatalogVirtualName', 'ShopcatalogFromui']));
  // Its images come by the endpoint of the VPC.
  expect(waits('catalog').filter((id) => !/Role/.test(id))).toEqual(['ShopVpcS3']);
});
