import { limitsOf } from './limit';

const KIB = 1024;

export const IAM = limitsOf('iam', 'AWS IAM', 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html', {
  inlinePolicies: {
    counts: 'inline policies, together and without white space',
    value: 10_240,
    unit: 'characters',
    scope: 'role',
    handling: { stackError: 'POLICY_TOO_LARGE' },
  },
  tags: { counts: 'tags', value: 50, scope: 'role, as of most resources', handling: { stackError: 'TOO_MANY_TAGS' } },
  managedPolicies: {
    counts: 'managed policies',
    value: 10,
    scope: 'role',
    raise: { quota: 'Managed policies per role', by: 'Service Quotas' },
    handling: {
      documented: 'beside those of its user, a role of a task has one, and with more than 20 callees with weights one for each 35 of them',
    },
  },
  managedPolicy: {
    counts: 'managed policy, without white space',
    value: 6144,
    unit: 'characters',
    scope: 'policy',
    handling: {
      documented:
        'the one that tasks share does not grow with the system, those for weights name 35 services; the CDK splits those of grants',
    },
  },
  customerPolicies: {
    counts: 'managed policies of its own',
    value: 1500,
    scope: 'account',
    raise: { quota: 'Customer managed policies per account', by: 'Service Quotas' },
    handling: { documented: 'a system has one, and some for each role with very many grants or callees with weights' },
  },
  trustPolicy: {
    counts: 'trust policy, without white space',
    value: 2048,
    unit: 'characters',
    scope: 'role',
    raise: { quota: 'Role trust policy length', by: 'Service Quotas' },
    handling: { documented: 'each names one service of AWS, and the account' },
  },
  roles: {
    counts: 'roles: one for each service, two if it has secrets, one for each group, and few others',
    value: 1000,
    scope: 'account',
    raise: { quota: 'Roles per account', by: 'Service Quotas' },
    handling: { warning: 'iam-roles' },
  },
  roleName: {
    counts: 'name of a role',
    value: 64,
    unit: 'characters',
    scope: 'role',
    handling: { documented: 'AWS CloudFormation names them' },
  },
});

export const KMS = limitsOf('kms', 'AWS KMS', 'https://docs.aws.amazon.com/kms/latest/developerguide/limits.html', {
  keyPolicy: {
    counts: 'policy of a key',
    value: 32 * KIB,
    unit: 'bytes',
    scope: 'key',
    handling: { documented: 'the policies of the keys do not grow with the system' },
    source: 'https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html',
  },
  signatures: {
    counts: 'signatures with keys of elliptic curves: one for each certificate',
    value: 1000,
    unit: 'a second',
    scope: 'account and Region',
    raise: { quota: 'Cryptographic operations (ECC and SM2) request rate', by: 'Service Quotas' },
    warnFrom: 0.8,
    handling: { warning: 'certificate-requests' },
    source: 'https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html',
  },
  encryptions: {
    counts: 'operations with symmetric keys, for each certificate Encrypt and Decrypt; some Regions have 20,000 or 100,000',
    value: 10_000,
    unit: 'a second',
    scope: 'account and Region',
    raise: { quota: 'Cryptographic operations (symmetric) request rate', by: 'Service Quotas' },
    warnFrom: 0.8,
    handling: { warning: 'certificate-requests' },
    source: 'https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html',
  },
});

export const PRIVATE_CA = limitsOf('privateCa', 'AWS Private CA', 'https://docs.aws.amazon.com/privateca/latest/userguide/PcaLimits.html', {
  certificateLifetime: {
    counts: 'validity of a certificate of a short-lived authority: seven days, an hour of them backdated',
    value: 7 * 86_400,
    unit: 'seconds',
    scope: 'certificate',
    handling: { documented: 'certificates are valid for six days' },
    source: 'https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html',
  },
  certificates: {
    counts: 'certificates in the life of an authority',
    value: 1_000_000,
    scope: 'authority',
    raise: { quota: 'Number of private certificates per private CA (lifetime)', by: 'Service Quotas' },
    handling: { documented: 'a task takes two a week' },
  },
  requests: {
    counts: 'IssueCertificate calls',
    value: 25,
    unit: 'a second',
    scope: 'account and Region',
    raise: { quota: 'Rate of IssueCertificate requests', by: 'Service Quotas' },
    warnFrom: 0.8,
    handling: { warning: 'certificate-requests' },
  },
});

const LAMBDA_PAGE = 'https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html';

export const LAMBDA = limitsOf('lambda', 'AWS Lambda', LAMBDA_PAGE, {
  reservedConcurrency: {
    counts:
      'executions at once that functions of a new account can reserve: it can have 10 in all, others have 1,000, and 100 must be left',
    value: 0,
    scope: 'account and Region',
    newAccount:
      'an account must keep 100 that are not reserved: a new account, which can have 10 in all, can reserve none, and the deployment fails',
    raise: { quota: 'Concurrent executions', by: 'Service Quotas' },
    handling: { warning: 'lambda-concurrency' },
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html',
  },
  invocations: {
    counts: 'invocations of the function that issues certificates: ten for each execution at once, of which a new account can have 10',
    value: 10_000,
    unit: 'a second',
    scope: 'account and Region',
    raise: { quota: 'Concurrent executions', by: 'Service Quotas' },
    warnFrom: 0.8,
    handling: { warning: 'certificate-requests' },
  },
  variables: {
    counts: 'environment variables, together',
    value: 4 * KIB,
    unit: 'bytes',
    scope: 'function',
    handling: {
      documented:
        'four authorities at most, whose certificates the function that issues has, are fewer; more jobs before deployments than the ' +
        'function that runs them can know, which are about 25, are an error',
    },
  },
  timeout: { counts: 'timeout', value: 900, unit: 'seconds', scope: 'function', handling: { documented: 'functions have shorter ones' } },
  event: {
    counts: 'event of an asynchronous invocation, such as that of a custom resource',
    value: KIB * KIB,
    unit: 'bytes',
    scope: 'invocation',
    handling: { documented: 'the properties of custom resources do not grow with the services' },
    source: 'https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html',
  },
  functionPolicy: {
    counts: 'resource-based policy',
    value: 20 * KIB,
    unit: 'bytes',
    scope: 'function',
    handling: { documented: 'an edge adds a statement to its Lambda authorizer; others are not known' },
  },
});

export const SSM = limitsOf('ssm', 'AWS Systems Manager', 'https://docs.aws.amazon.com/general/latest/gr/ssm.html', {
  parameter: {
    counts: 'value of a standard parameter: the weights of a service',
    value: 4 * KIB,
    unit: 'bytes',
    scope: 'parameter',
    handling: { error: 'OUT_OF_RANGE' },
  },
  pattern: {
    counts: 'pattern of a parameter',
    value: 1024,
    unit: 'characters',
    scope: 'parameter',
    handling: { documented: 'where a pattern would be longer, one that names no versions takes its place' },
    source: 'https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html',
  },
  requests: {
    counts: 'GetParameters calls of agents that follow weights',
    value: 40,
    unit: 'a second',
    scope: 'account and Region',
    // https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateServiceSetting.html
    warnFrom: 0.8,
    raise: {
      by: 'setting',
      setting: 'higher throughput of Parameter Store, which costs',
      command: 'aws ssm update-service-setting --setting-id /ssm/parameter-store/high-throughput-enabled --setting-value true',
    },
    handling: { warning: 'ssm-requests' },
  },
  namesOfRequest: {
    counts: 'parameters',
    value: 10,
    scope: 'GetParameters call',
    handling: { documented: 'agents make as many calls as it takes' },
    source: 'https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html',
  },
  parameters: {
    counts: 'standard parameters',
    value: 10_000,
    scope: 'account and Region',
    handling: { warning: 'ssm-parameters' },
  },
});

export const SECRETS = limitsOf(
  'secrets',
  'AWS Secrets Manager',
  'https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html',
  {
    secrets: { counts: 'secrets', value: 500_000, scope: 'account and Region', handling: { documented: 'users make them' } },
    reads: {
      counts: 'GetSecretValue and DescribeSecret calls: one for each secret of a task that starts',
      value: 10_000,
      unit: 'a second',
      scope: 'account and Region',
      handling: { documented: 'AWS Fargate starts 20 tasks a second' },
    },
  },
);
