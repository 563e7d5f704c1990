/** Colours and marks that stay apart for colour-blind readers (after Okabe and Ito), tuned for both backgrounds. */
export type Scheme = 'light' | 'dark'

const LIGHT = [
    '#3f51c7',
    '#d9720a',
    '#00876c',
    '#b8326b',
    '#2f9bd6',
    '#8a6d00',
    '#7a4fb5',
    '#5f6470',
    '#c2410c',
    '#4d7c0f',
    '#0f766e',
    '#9d174d',
]
const DARK = [
    '#93a0fa',
    '#f0a04b',
    '#45c7a5',
    '#f08bb5',
    '#6cc4f2',
    '#d8bf4a',
    '#c3a0f0',
    '#a6abb8',
    '#ff8a65',
    '#a3d15a',
    '#5eead4',
    '#f472b6',
]
/** Events without a value, and values without a line of their own: set apart from all values. */
export const NONE = -1
export const OTHER = -2
const REST: Record<Scheme, string> = { light: '#85878f', dark: '#797c89' }
const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond'] as const

export type SymbolName = (typeof SYMBOLS)[number]

export function colorOf(look: number, scheme: Scheme): string {
    const palette = scheme === 'dark' ? DARK : LIGHT
    return palette[look % palette.length] ?? REST[scheme]
}

/** A second round through the colours takes other marks. */
export function symbolOf(look: number): SymbolName {
    return SYMBOLS[(look + Math.floor(look / LIGHT.length)) % SYMBOLS.length] ?? (look === OTHER ? 'diamond' : 'rect')
}

export interface Inks {
    text: string
    line: string
    surface: string
    pointer: string
}

export function inksOf(scheme: Scheme): Inks {
    return scheme === 'dark'
        ? { text: '#9496a3', line: '#2d2f38', surface: '#1a1b21', pointer: '#565a68' }
        : { text: '#646670', line: '#e9e8e4', surface: '#ffffff', pointer: '#b9b8b1' }
}
