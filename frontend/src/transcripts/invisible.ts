/** Characters that hide or reorder text, made visible for the raw view. */

const NAMES: Record<number, string> = {
    0x09: 'TAB',
    0x0d: 'CR',
    0xa0: 'NBSP',
    0xad: 'SHY',
    0x034f: 'CGJ',
    0x061c: 'ALM',
    0x180e: 'MVS',
    0x200b: 'ZWSP',
    0x200c: 'ZWNJ',
    0x200d: 'ZWJ',
    0x200e: 'LRM',
    0x200f: 'RLM',
    0x2028: 'LS',
    0x2029: 'PS',
    0x202a: 'LRE',
    0x202b: 'RLE',
    0x202c: 'PDF',
    0x202d: 'LRO',
    0x202e: 'RLO',
    0x2060: 'WJ',
    0x2066: 'LRI',
    0x2067: 'RLI',
    0x2068: 'FSI',
    0x2069: 'PDI',
    0x3164: 'HF',
    0xfeff: 'BOM',
    0xfffc: 'OBJ',
}

/** Control and format characters, odd spaces, fillers, variation selectors, tags, lone surrogates, private use. */
const HIDDEN =
    /[\u0000-\u0009\u000b-\u001f\u007f-\u00a0\u034f\u115f\u1160\u17b4\u17b5\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\ufe00-\ufe0f\uffa0\ufffc]|\p{Cf}|\p{Cs}|\p{Co}|\p{Zl}|\p{Zp}|[\u{e0100}-\u{e01ef}]/gu

export interface RawPart {
    text: string
    /** Set for a character that cannot be seen: its code and, where it has one, its name. */
    mark: string | null
}

function describe(character: string): string {
    const code = character.codePointAt(0) ?? 0
    const hex = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
    const name = NAMES[code]
    return name ? `${hex} ${name}` : hex
}

export function revealInvisible(text: string): RawPart[] {
    const parts: RawPart[] = []
    let from = 0
    for (const match of text.matchAll(HIDDEN)) {
        if (match.index > from) {
            parts.push({ text: text.slice(from, match.index), mark: null })
        }
        parts.push({ text: match[0], mark: describe(match[0]) })
        from = match.index + match[0].length
    }
    if (from < text.length) {
        parts.push({ text: text.slice(from), mark: null })
    }
    return parts
}

/** Those of them that mislead a reader: reordering, zero width without a use in any script or emoji, hidden tags. */
const DECEPTIVE =
    /[\u202a-\u202e\u2066-\u2069\u200b\u2060-\u2064\ufeff\u115f\u1160\u3164\uffa0]|[\u{e0001}\u{e0020}-\u{e007f}]/gu

export function countDeceptive(text: string): number {
    return text.match(DECEPTIVE)?.length ?? 0
}
