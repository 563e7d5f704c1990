/** Which texts are safe to parse as Markdown. Beyond these the plain text is shown. */

export const MAX_BYTES = 100_000
export const MAX_NESTING = 50
/** Link and emphasis marks of one paragraph are matched against each other: the cost is quadratic. */
export const MAX_MARKS_PER_PARAGRAPH = 2_000

export function byteLength(text: string): number {
    return new TextEncoder().encode(text).length
}

/** Depth of a line's own containers: quotes and list indentation. */
function lineDepth(line: string): number {
    const lead = /^[\s>*+-]*(?:\d+[.)][\s>*+-]*)*/.exec(line)?.[0] ?? ''
    const quotes = lead.split('>').length - 1
    const markers = (lead.match(/[*+-]|\d+[.)]/g) ?? []).length
    const indent = Math.floor((/[ \t]*$/.exec(lead)?.[0].replaceAll('\t', '    ').length ?? 0) / 2)
    return quotes + markers + indent
}

function paragraphDepth(paragraph: string): { depth: number; marks: number } {
    let open = 0
    let depth = 0
    let marks = 0
    for (const character of paragraph) {
        if (character === '[') {
            open += 1
            depth = Math.max(depth, open)
        } else if (character === ']') {
            open = Math.max(0, open - 1)
        }
        if ('[]*_~`<!|'.includes(character)) {
            marks += 1
        }
    }
    return { depth, marks }
}

/** Cheap look at the source, before the parser could run out of stack or time on it. */
export function isTooDeep(text: string): boolean {
    if (text.split('\n').some((line) => lineDepth(line) > MAX_NESTING)) {
        return true
    }
    return text.split(/\n\s*\n/).some((paragraph) => {
        const { depth, marks } = paragraphDepth(paragraph)
        return depth > MAX_NESTING || marks > MAX_MARKS_PER_PARAGRAPH
    })
}

export function isPlainOnly(text: string): boolean {
    return text.length > MAX_BYTES || byteLength(text) > MAX_BYTES || isTooDeep(text)
}
