/**
 * What Ref and Fn::GetAtt give of a resource where that is what one of its properties says. Everything else (ARNs, ids,
 * addresses) only CloudFormation knows. "Return values" of each type's page in
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-template-resource-type-ref.html
 */
const REF: Readonly<Record<string, string>> = {
  'AWS::Route53::RecordSet': 'Name',
  'AWS::ECS::Cluster': 'ClusterName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
};

const APP_MESH_NAMES: readonly string[] = [
  'MeshName',
  'MeshOwner',
  'VirtualNodeName',
  'VirtualServiceName',
  'VirtualRouterName',
  'RouteName',
  'VirtualGatewayName',
  'GatewayRouteName',
];

export function refProperty(type: unknown): string | undefined {
  return typeof type === 'string' && Object.hasOwn(REF, type) ? REF[type] : undefined;
}

export function attributeProperty(type: unknown, attribute: string): string | undefined {
  if (typeof type !== 'string') return undefined;
  if (type.startsWith('AWS::AppMesh::')) return APP_MESH_NAMES.includes(attribute) ? attribute : undefined;
  return type === 'AWS::ServiceDiscovery::Service' && attribute === 'Name' ? 'Name' : undefined;
}
