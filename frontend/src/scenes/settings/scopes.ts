/** What a personal API key may be allowed to do, in words. */
export const SCOPES: readonly { value: string; label: string; description: string }[] = [
    {
        value: 'query:read',
        label: 'Run queries',
        description: 'Trends, SQL, and the people and conversations behind a point',
    },
    { value: 'conversation:read', label: 'Read conversations', description: 'Transcripts with their labels' },
    { value: 'topic:write', label: 'Change topics', description: 'Read, rename, merge and find topics' },
    { value: 'event:read', label: 'Read events', description: 'Single events and their properties' },
    { value: 'person:read', label: 'Read people', description: 'Persons and their properties' },
    { value: 'insight:write', label: 'Save insights', description: 'Read, make and change saved insights' },
    { value: 'project:write', label: 'Change projects', description: 'Read, make and change projects' },
]

export const ALL_SCOPES = '*'

export function describeScopes(scopes: readonly string[]): string {
    if (scopes.includes(ALL_SCOPES)) {
        return 'everything'
    }
    const names = scopes.map((scope) => SCOPES.find(({ value }) => value === scope)?.label ?? scope)
    return names.join(', ') || 'nothing'
}
