import jsxA11y from 'eslint-plugin-jsx-a11y'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

export default tseslint.config(
    { ignores: ['dist', 'node_modules', 'src/generated', '.dependency-cruiser.cjs', 'dev', 'eslint.config.js'] },
    ...tseslint.configs.strictTypeChecked,
    jsxA11y.flatConfigs.strict,
    reactHooks.configs.flat['recommended-latest'],
    {
        languageOptions: { parserOptions: { project: ['./tsconfig.json', './tsconfig.node.json'] } },
        linterOptions: { reportUnusedDisableDirectives: 'error' },
        rules: {
            complexity: ['error', 12],
            'max-lines': ['error', 400],
            'max-lines-per-function': ['error', { max: 90, skipBlankLines: true, skipComments: true }],
            'no-restricted-syntax': [
                'error',
                {
                    selector: 'JSXAttribute[name.name="dangerouslySetInnerHTML"]',
                    message: 'Texts are rendered as React nodes, never as HTML strings.',
                },
            ],
            '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
            '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
            '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
        },
    },
    {
        files: ['src/**/*.test.{ts,tsx}', 'vite.config.ts'],
        rules: { 'max-lines-per-function': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
    },
)
