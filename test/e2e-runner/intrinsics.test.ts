import { Resolver } from '../../programs/emulator/template/intrinsics';
import type { Json } from '../../programs/emulator/template/intrinsics';

describe('the intrinsics of a template', () => {
  const resolver = new Resolver(
    {
      Resources: { Zone: { Type: 'AWS::Route53::HostedZone' }, Balancer: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer' } },
      Parameters: { Size: { Default: 7 } },
      Mappings: { Names: { eu: { a: 'found' } } },
    },
    { 'Balancer.DNSName': 'nlb.example' },
  );

  test.each<[string, Json, Json | undefined]>([
    ['a reference to a resource is its logical ID', { Ref: 'Zone' }, 'Zone'],
    ['a parameter has its default', { Ref: 'Size' }, '7'],
    ['pseudo parameters have values', { Ref: 'AWS::Region' }, 'eu-west-1'],
    ['an attribute without a known value stands for itself', { 'Fn::GetAtt': ['Zone', 'Id'] }, 'Zone.Id'],
    ['an attribute has the value that the test knows', { 'Fn::GetAtt': ['Balancer', 'DNSName'] }, 'nlb.example'],
    ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Zone' }]] }, 'a-Zone'],
    ['Sub', { 'Fn::Sub': ['${Zone}.${Balancer.DNSName}.${own}.${!literal}', { own: 'mine' }] }, 'Zone.nlb.example.mine.${literal}'],
    ['Select of Split', { 'Fn::Select': [1, { 'Fn::Split': ['.', 'a.b.c'] }] }, 'b'],
    ['Base64', { 'Fn::Base64': { Ref: 'Zone' } }, 'Wm9uZQ=='],
    ['FindInMap', { 'Fn::FindInMap': ['Names', 'eu', 'a'] }, 'found'],
    ['AWS::NoValue leaves the property out', { Keep: 1, Drop: { Ref: 'AWS::NoValue' } }, { Keep: 1, Drop: undefined }],
  ])('%s', (_, value, expected) => {
    expect(resolver.resolve(value)).toEqual(expected);
  });

  test.each<[string, Json, string]>([
    ['an unknown intrinsic', { 'Fn::Cidr': [] }, 'does not know the intrinsic Fn::Cidr'],
    ['a reference to nothing', { Ref: 'Missing' }, 'Ref to "Missing"'],
    ['a choice of what is not there', { 'Fn::Select': [3, { 'Fn::Split': ['.', 'a.b.c'] }] }, 'Fn::Select: there is no item 3'],
    ['an attribute of nothing', { 'Fn::GetAtt': ['Missing', 'Arn'] }, 'no resource "Missing"'],
  ])('fails if there is %s', (_, value, message) => {
    expect(() => resolver.resolve(value)).toThrow(message);
  });
});
