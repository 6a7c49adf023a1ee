import tseslint from 'typescript-eslint'

const hostTime =
  'Models are deterministic: time comes from the cycle clock, randomness from the seed.'
const nodeOnly =
  'Only host/node, host/cli and host/build may import Node; the rest must run in a browser.'

/** Names through which host time or host randomness could leak into a model. */
const forbiddenGlobals = [
  'Date',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'requestAnimationFrame',
].map((name) => ({ name, message: hostTime }))

const forbiddenProperties = [
  { object: 'Math', property: 'random', message: hostTime },
  { object: 'crypto', property: 'getRandomValues', message: hostTime },
  { object: 'crypto', property: 'randomUUID', message: hostTime },
  { object: 'process', property: 'hrtime', message: hostTime },
]

export default tseslint.config(
  {
    ignores: [
      'dist',
      'assets',
      'out',
      'node_modules',
      '**/generated/**',
      '**/*.inline.ts',
      '**/fixtures/**',
    ],
  },
  {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser },
    plugins: { '@typescript-eslint': tseslint.plugin },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-debugger': 'error',
      'no-empty': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['host/**/*.ts', 'web/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', '**/*.table.ts'],
    ignores: ['**/*.as.ts', 'bench/naive/assembly/**'],
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    // Everything a run's result may depend on.
    files: ['assembly/**/*.ts', 'host/**/*.ts'],
    ignores: [
      'host/node/**',
      'host/cli/**',
      'host/build/**',
      'host/**/*.test.ts',
      'assembly/guest/**',
    ],
    rules: {
      'no-restricted-globals': ['error', ...forbiddenGlobals],
      'no-restricted-properties': ['error', ...forbiddenProperties],
    },
  },
  {
    files: ['host/**/*.ts'],
    ignores: ['host/node/**', 'host/cli/**', 'host/build/**', 'host/**/*.test.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ group: ['node:*'], message: nodeOnly }] }],
    },
  },
)
