import { createTheme } from '@mantine/core'
import type { CSSVariablesResolver, MantineColorsTuple } from '@mantine/core'

const iris: MantineColorsTuple = [
    '#eceefb',
    '#d7dbf7',
    '#b2baf1',
    '#93a0fa',
    '#7280e6',
    '#5464d8',
    '#4353c9',
    '#3745ad',
    '#2d3990',
    '#222b6d',
]

export const theme = createTheme({
    primaryColor: 'iris',
    primaryShade: { light: 6, dark: 5 },
    colors: { iris },
    fontFamily: 'var(--font)',
    fontFamilyMonospace: 'var(--mono)',
    defaultRadius: 'md',
    cursorType: 'pointer',
    respectReducedMotion: true,
    focusRing: 'auto',
    components: {
        Button: { defaultProps: { size: 'sm' } },
        Tooltip: { defaultProps: { withArrow: true, openDelay: 250, events: { hover: true, focus: true, touch: true } } },
        Menu: { defaultProps: { shadow: 'md' } },
        Popover: { defaultProps: { shadow: 'md' } },
    },
})

const shared = {
    '--mantine-color-body': 'var(--surface)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--ink-3)',
    '--mantine-color-placeholder': 'var(--ink-3)',
    '--mantine-color-default': 'var(--surface)',
    '--mantine-color-default-hover': 'var(--surface-hover)',
    '--mantine-color-default-border': 'var(--line-strong)',
    '--mantine-color-default-color': 'var(--ink)',
    '--mantine-color-error': 'var(--danger)',
}

/** Mantine reads our tokens, so that one place decides on colours. */
export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared })
