import type { IInterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';

/**
 * REST API that is private: clients reach it by interface endpoints of VPCs alone, and never from the internet.
 *
 * @example
 * const privateApi: PrivateApiProps = { vpcEndpoints: [endpoint] };
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-apis.html
 */
export interface PrivateApiProps {
  /**
   * Interface endpoints for `execute-api` by which clients may call the API, those of other VPCs included. The API's resource policy
   * refuses requests by any other. `url` of the edge's handle goes by the first one.
   *
   * @default - one is made in the VPC of the system, without private DNS, whose security group lets nobody in: open it by
   * `vpcEndpoint` of the edge's handle
   */
  readonly vpcEndpoints?: IInterfaceVpcEndpoint[];
}
