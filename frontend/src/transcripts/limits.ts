/** Which texts are safe to parse as Markdown. Beyond these the plain text is shown. */

export const MAX_BYTES = 100_000
export const MAX_NESTING = 50
/** Link and emphasis marks of one paragraph are matched against each other: the cost is quadratic. */
export const MAX_MARKS_PER_PARAGRAPH = 1_500
/** Every mark may become an element of the page. */
export const MAX_MARKS = 6_000

/** Blank lines and address-like runs cost the parser more than they can mean. */
export const MAX_LINES = 5_000
const MAX_ADDRESS_RUN = 300

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

/** Possible addresses are looked at from every letter of theirs, so they cost more. */
const MARKS = ['[', ']', '*', '_', '~', '`', '<', '!', '|', '&']
const MARK_COST: Record<string, number> = { ...Object.fromEntries(MARKS.map((mark) => [mark, 1])), '@': 4 }

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
        marks += MARK_COST[character] ?? 0
    }
    return { depth, marks }
}

/** Cheap look at the source, before the parser could run out of stack or time on it. */
export function isTooDeep(text: string): boolean {
    if (text.split('\n').some((line) => lineDepth(line) > MAX_NESTING)) {
        return true
    }
    let total = 0
    return text.split(/\n\s*\n/).some((paragraph) => {
        const { depth, marks } = paragraphDepth(paragraph)
        total += marks
        return depth > MAX_NESTING || marks > MAX_MARKS_PER_PARAGRAPH || total > MAX_MARKS
    })
}

function isTooCostly(text: string): boolean {
    const lines = text.split('\n').length
    return lines > MAX_LINES || text.split(/\s/).some((run) => run.length > MAX_ADDRESS_RUN && run.includes('@'))
}

export function isPlainOnly(text: string): boolean {
    return text.length > MAX_BYTES || byteLength(text) > MAX_BYTES || isTooCostly(text) || isTooDeep(text)
}
