/** One line of a message for lists: without line breaks and the commonest Markdown marks. */
export function previewText(text: string | null | undefined): string {
    return (text ?? '')
        .replace(/\*\*|__|`+|^#+ /gm, '')
        .replace(/\s+/g, ' ')
        .trim()
}
