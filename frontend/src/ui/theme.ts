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

/** Mantine's own greys for dark surfaces, matched to the tokens. */
const dark: MantineColorsTuple = [
    '#ececf1',
    '#b4b6c1',
    '#9496a3',
    '#6f7280',
    '#41444f',
    '#2d2f38',
    '#1f2027',
    '#1a1b21',
    '#15161a',
    '#121317',
]

export const theme = createTheme({
    primaryColor: 'iris',
    primaryShade: { light: 6, dark: 5 },
    colors: { iris, dark },
    fontFamily: 'var(--font)',
    fontFamilyMonospace: 'var(--mono)',
    defaultRadius: 'md',
    cursorType: 'pointer',
    respectReducedMotion: true,
    focusRing: 'auto',
    components: {
        Button: { defaultProps: { size: 'sm' }, styles: { label: { fontWeight: 560 } } },
        Tooltip: {
            defaultProps: { withArrow: true, openDelay: 250, events: { hover: true, focus: true, touch: true } },
        },
        Modal: { styles: { title: { fontWeight: 620 } } },
        Drawer: { styles: { title: { fontWeight: 620 } } },
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
    '--mantine-color-iris-light': 'var(--accent-soft)',
    '--mantine-color-iris-light-hover': 'var(--accent-soft)',
    '--mantine-color-iris-light-color': 'var(--accent-ink)',
}

/** Mantine reads our tokens, so that one place decides on colours. */
export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared })
