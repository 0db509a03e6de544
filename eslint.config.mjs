import tseslint from 'typescript-eslint';

const LONG_TEXTS = [
  // Their bundles' hashes stand in every template.
  'programs/agent/certificate/certificate-files.ts',
  'programs/functions/certificate-rotation/configuration.ts',
  'lib/cdk/certificates/certificate-alarm.ts',
  'lib/cdk/compute/stack-size.ts',
  'lib/cdk/compute/workload.ts',
  'lib/cdk/edges/rest/load-balancer.ts',
  'lib/cdk/edges/rest/render.ts',
  'lib/core/edges/rest/cors.ts',
  'lib/core/envoy/security/tls.ts',
  'lib/core/envoy/traffic/versions.ts',
  'lib/core/mesh/app-mesh/check-policy.ts',
  'lib/core/mesh/app-mesh/constants.ts',
  'lib/core/mesh/app-mesh/duration.ts',
  'lib/core/mesh/app-mesh/mixed-protocols.ts',
  'lib/core/mesh/app-mesh/quotas.ts',
  'lib/core/mesh/app-mesh/route-match.ts',
  'lib/core/mesh/app-mesh/virtual-node.ts',
  'lib/core/mesh/app-mesh/warnings.ts',
  'lib/core/mesh/app-mesh/workloads.ts',
  'lib/core/mesh/envoy/check-proxy-version.ts',
  'lib/core/mesh/envoy/provider.ts',
  'lib/core/parse/edge/parse-edge.ts',
  'lib/microservice.ts',
  'lib/props/mesh/mesh.ts',
];

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', 'dist-packages/', 'cdk.out/', '.cache/', '**/*.js', '**/*.mjs'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      // Beside what cannot be broken.
      'max-len': ['error', { code: 140, ignoreUrls: true, ignoreRegExpLiterals: true }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // jsii's enum-like classes are classes of static members by design.
      '@typescript-eslint/no-extraneous-class': 'off',
      // Law 3 (ARCHITECTURE.md): input from JavaScript users is checked although the types say it cannot be wrong.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { prefer: 'type-imports' }],
    },
  },
  {
    // Their texts are still in one piece; no other file may have such lines.
    files: LONG_TEXTS,
    rules: {
      'max-len': ['error', { code: 140, ignoreUrls: true, ignoreRegExpLiterals: true, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreComments: true }],
    },
  },
  {
    files: ['test/**'],
    rules: {
      'max-lines': ['error', { max: 450, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['test/**', 'bench/**'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Jest's asymmetric matchers (expect.stringMatching ...) are of type any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
);
