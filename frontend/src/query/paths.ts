export function projectPath(id: string): string {
    return `/api/projects/${encodeURIComponent(id)}/`
}
