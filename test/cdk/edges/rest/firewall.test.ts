import { Match } from 'aws-cdk-lib/assertions';
import { Authorizer, Edge, Firewall } from '../../../../lib';
import type { RenderedStack } from '../stack-with-gateway';
import { stackWithEdge } from '../stack-with-gateway';

const ACL = 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/shop/a1b2c3';

const render = (firewall?: Firewall): RenderedStack =>
  stackWithEdge(() =>
    Edge.restApi({
      authorizer: Authorizer.iam(),
      routes: { 'GET /': { service: 'catalog' } },
      ...(firewall === undefined ? {} : { firewall }),
    }),
  );

test('the rules of AWS stand before the stage, and large bodies are counted, not refused', () => {
  const { edge, template } = render(Firewall.managed());
  const group = (name: string, more: object = { RuleActionOverrides: Match.absent() }): object => ({
    Name: name,
    OverrideAction: { None: {} },
    Statement: { ManagedRuleGroupStatement: { VendorName: 'AWS', Name: name, ...more } },
  });
  template().hasResourceProperties('AWS::WAFv2::WebACL', {
    Scope: 'REGIONAL',
    DefaultAction: { Allow: {} },
    Name: Match.absent(),
    Rules: [
      group('AWSManagedRulesAmazonIpReputationList'),
      group('AWSManagedRulesCommonRuleSet', { RuleActionOverrides: [{ Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } }] }),
      group('AWSManagedRulesKnownBadInputsRuleSet'),
    ],
  });
  template().hasResourceProperties('AWS::WAFv2::WebACLAssociation', {
    ResourceArn: {
      'Fn::Join': [
        '',
        Match.arrayWith([
          '::/restapis/',
          { Ref: Match.stringLikeRegexp('^EdgeRestApi') },
          '/stages/',
          { Ref: Match.stringLikeRegexp('^EdgeRestApiDeploymentStage') },
        ]),
      ],
    },
    WebACLArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^EdgeWebAcl'), 'Arn'] },
  });
  expect(edge.webAcl).toBeDefined();
});

test('a web ACL that exists stays what it is', () => {
  const { edge, template } = render(Firewall.webAcl(ACL));
  template().resourceCountIs('AWS::WAFv2::WebACL', 0);
  template().hasResourceProperties('AWS::WAFv2::WebACLAssociation', { WebACLArn: ACL });
  expect(edge.webAcl).toBeUndefined();
});

test('a firewall changes nothing else of the edge', () => {
  const resourcesOf = (firewall?: Firewall): object => (render(firewall).template().toJSON() as { readonly Resources: object }).Resources;
  const all = Object.entries(resourcesOf(Firewall.managed())).filter(([id]) => !id.startsWith('EdgeWebAcl'));
  expect(Object.fromEntries(all)).toEqual(resourcesOf());
});
