import { Stack, Token } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
import type { IssueList } from '../../core/reading/issues';
import { Reader } from '../../core/reading/reader';
import { warn } from '../warn';

/** AWS CloudFormation writes records in zones of its own account alone. What is imported has the account of its stack. */
export function checkOwnZone(scope: Construct, zone: IHostedZone | undefined, issues: IssueList): void {
  const { account } = Stack.of(scope);
  const owner = zone?.env.account;
  if (owner === undefined || owner === account || Token.isUnresolved(owner) || Token.isUnresolved(account)) return;
  new Reader(issues, 'zone', undefined).fail(
    'INVALID_VALUE',
    `the zone is in the account ${owner}, where AWS CloudFormation cannot write the records of this stack`,
    {
      fix:
        `make a private zone of the domain in the account ${account}, and associate it with the VPC, which answers from its most ` +
        'specific zone',
    },
  );
}

/** At synth: a zone can be associated with more VPCs until then (`addVpc()`). Of an imported zone, nothing is known. */
export function warnOfOwnZone(scope: Construct, zone: IHostedZone | undefined, vpc: IVpc): void {
  if (zone === undefined) return;
  scope.node.addValidation({
    validate: () => {
      const vpcs = vpcsOf(zone);
      if (vpcs === undefined || vpcs.includes(vpc.vpcId)) return [];
      warn(scope, [
        {
          id: 'zone-of-another-vpc',
          path: 'zone',
          message:
            'the zone is not associated with the VPC of the tasks, as far as the app shows, so no virtual name would resolve: ' +
            'add the VPC to it, such as by addVpc(), or acknowledge this if something else associates the two',
        },
      ]);
      return [];
    },
  });
}

/** Those of a zone of this app, by the CDK's own class; its resource gives them only when the app is complete. */
function vpcsOf(zone: IHostedZone): readonly string[] | undefined {
  return (zone as { readonly vpcs?: readonly { readonly vpcId: string }[] }).vpcs?.map(({ vpcId }) => vpcId);
}
