/** How to send a first LLM event, with this project's own token and address in place. */

export type Language = 'python' | 'node' | 'js'

export const LANGUAGES: readonly { value: Language; label: string }[] = [
    { value: 'python', label: 'Python' },
    { value: 'node', label: 'Node' },
    { value: 'js', label: 'Browser' },
]

const PYTHON = (token: string, host: string): string => `# pip install posthog
from posthog import Posthog

posthog = Posthog("${token}", host="${host}")

posthog.capture(
    "$ai_generation",
    distinct_id="ada@example.com",
    properties={
        "$ai_session_id": "chat-1",
        "$ai_input": [{"role": "user", "content": "Can I change my delivery address?"}],
        "$ai_output_choices": [{"role": "assistant", "content": "Yes, until it has left the warehouse."}],
    },
)
posthog.flush()`

const NODE = (token: string, host: string): string => `// npm install posthog-node
import { PostHog } from 'posthog-node'

const posthog = new PostHog('${token}', { host: '${host}' })

posthog.capture({
    distinctId: 'ada@example.com',
    event: '$ai_generation',
    properties: {
        $ai_session_id: 'chat-1',
        $ai_input: [{ role: 'user', content: 'Can I change my delivery address?' }],
        $ai_output_choices: [{ role: 'assistant', content: 'Yes, until it has left the warehouse.' }],
    },
})
await posthog.shutdown()`

const BROWSER = (token: string, host: string): string => `// npm install posthog-js
import posthog from 'posthog-js'

posthog.init('${token}', { api_host: '${host}' })
posthog.identify('ada@example.com')

posthog.capture('$ai_generation', {
    $ai_session_id: 'chat-1',
    $ai_input: [{ role: 'user', content: 'Can I change my delivery address?' }],
    $ai_output_choices: [{ role: 'assistant', content: 'Yes, until it has left the warehouse.' }],
})`

const WRITERS: Record<Language, (token: string, host: string) => string> = { python: PYTHON, node: NODE, js: BROWSER }

export function snippet(language: Language, token: string, host: string): string {
    return WRITERS[language](token, host)
}
