import { ApiError } from './http'

/** The server names the field it refuses: that text stands at the field, all others above the form. */
export function fieldError(error: Error | null, field: string): string | null {
    return error instanceof ApiError && error.attr === field ? error.message : null
}

export function formError(error: Error | null, fields: readonly string[]): string | null {
    if (!error) {
        return null
    }
    const atField = error instanceof ApiError && error.attr !== null && fields.includes(error.attr)
    return atField ? null : error.message
}
