/** What a personal API key may be allowed to do, in words. */
export const SCOPES: readonly { value: string; label: string; description: string }[] = [
    { value: 'query:read', label: 'Run queries', description: 'Trends, events, people and conversations behind them' },
    { value: 'conversation:read', label: 'Read conversations', description: 'Transcripts with their labels' },
    { value: 'person:read', label: 'Read people', description: 'Persons and their properties' },
    { value: 'project:read', label: 'Read projects', description: 'Names, tokens and settings' },
    { value: 'project:write', label: 'Change projects', description: 'Create them, change names and settings' },
]

export const ALL_SCOPES = '*'

export function describeScopes(scopes: readonly string[]): string {
    if (scopes.includes(ALL_SCOPES)) {
        return 'everything'
    }
    const names = scopes.map((scope) => SCOPES.find(({ value }) => value === scope)?.label ?? scope)
    return names.join(', ') || 'nothing'
}
