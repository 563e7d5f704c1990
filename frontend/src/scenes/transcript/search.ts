export interface TranscriptSearch {
    /** Event whose messages are outlined and scrolled to. */
    message?: string
}

export function readTranscriptSearch(search: Record<string, unknown>): TranscriptSearch {
    const message = search['message']
    return { message: typeof message === 'string' && message !== '' ? message : undefined }
}
