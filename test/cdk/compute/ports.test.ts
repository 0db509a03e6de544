import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Microservices, Protocol } from '../../../lib';
import { INBOUND_PORT } from '../../../lib/core/model/constants';
import { inboundPortOfName } from '../../../lib/core/model/service-ports';

const image = ContainerImage.fromRegistry('example/app');

function systemOf(): { readonly shop: Microservices; readonly template: Template; readonly scraper: SecurityGroup } {
  const stack = new Stack(new App(), 'Stack');
  const vpc = new Vpc(stack, 'Vpc');
  const scraper = new SecurityGroup(stack, 'Scraper', { vpc, allowAllOutbound: false });
  const shop = new Microservices(stack, 'Shop', {
    vpc,
    services: {
      ui: { image, port: 8080, calls: ['orders', 'orders-grpc'] },
      report: { image, port: 8080, calls: ['orders-grpc'] },
      orders: {
        image,
        port: 8080,
        ports: { grpc: { port: 9090, protocol: Protocol.GRPC }, metrics: { port: 9100, openTo: [scraper] } },
      },
    },
  });
  return { shop, template: Template.fromStack(stack), scraper };
}

describe('a service with several ports', () => {
  const { shop, template } = systemOf();
  const rules = (name: string): readonly number[] =>
    Object.entries(template.findResources('AWS::EC2::SecurityGroupIngress'))
      .filter(([id]) => id.startsWith(`Shoporders${name}`))
      .map(([, { Properties }]) => (Properties as { FromPort: number }).FromPort);

  test('is opened to each caller on the ports that it calls', () => {
    expect([...rules('Fromui')].sort()).toEqual([INBOUND_PORT, inboundPortOfName('grpc')].sort());
    expect(rules('Fromreport')).toEqual([inboundPortOfName('grpc')]);
  });

  test('has a virtual name for each of them, and tasks that register once', () => {
    template.hasResourceProperties('AWS::Route53::RecordSet', { Name: 'orders.shop.internal', Type: 'A' });
    template.hasResourceProperties('AWS::Route53::RecordSet', { Name: 'orders-grpc.shop.internal', Type: 'A' });
    template.resourceCountIs('AWS::ServiceDiscovery::Service', 3);
    template.resourceCountIs('AWS::ECS::Service', 3);
  });

  test('tells the URL of each', () => {
    expect(shop.service('orders').url).toBe('http://orders.shop.internal:15080');
    expect(shop.service('orders').portUrl('grpc')).toBe('orders-grpc.shop.internal:15080');
  });

  test('fails if somebody asks for the URL of a port that has none', () => {
    expect(() => shop.service('orders').portUrl('rpc')).toThrow(/"orders" has no port "rpc" that is called.*grpc/s);
    expect(() => shop.service('orders').portUrl('metrics')).toThrow(/UNKNOWN_PORT/);
    expect(() => shop.service('ui').portUrl('grpc')).toThrow(/name it in ports of the service/);
  });

  test('is opened past Envoy to whom it says, and to nobody else', () => {
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      FromPort: 9100,
      ToPort: 9100,
      SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Scraper'), 'GroupId'] },
      GroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Shoporders'), 'GroupId'] },
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', { FromPort: 9100, ToPort: 9100 });
  });
});

test('a port that is added changes no resource of another service that does not call it', () => {
  const resources = (ports: boolean): Record<string, unknown> => {
    const stack = new Stack(new App(), 'Stack');
    new Microservices(stack, 'Shop', {
      services: {
        ui: { image, port: 8080, calls: ['orders'] },
        orders: { image, port: 8080, ...(ports ? { ports: { grpc: { port: 9090, protocol: Protocol.GRPC } } } : {}) },
      },
    });
    return (Template.fromStack(stack).toJSON() as { Resources: Record<string, unknown> }).Resources;
  };
  const [before, after] = [resources(false), resources(true)];
  const changed = Object.keys({ ...before, ...after }).filter((id) => JSON.stringify(before[id]) !== JSON.stringify(after[id]));
  expect(changed.map((id) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual(['ShopordersTaskDefinition']);
});
