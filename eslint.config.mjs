import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['node_modules/', 'assets/', 'dist/', 'dist-packages/', 'cdk.out/', '.cache/', '**/*.js', '**/*.mjs'] },
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
