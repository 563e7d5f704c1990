/** Label names as they stand on events (`user_emotion`, `agent_toxic`), and how they are shown. */

export type Speaker = 'user' | 'agent'
export type LabelFamily = 'emotion' | 'toxicity' | 'attack' | 'flow' | 'topic' | 'language' | 'other'
export type Tone = 'positive' | 'hot' | 'low' | 'fear' | 'curious' | 'neutral' | 'warning' | 'flow' | 'topic'

export interface LabelEntry {
    value: string | number | boolean
    score: number | null
}

export interface LabelInfo {
    speaker: Speaker | null
    family: LabelFamily
    title: string
}

export const TOXICITY_KINDS = ['toxic', 'severe_toxic', 'obscene', 'violent_threat', 'insult', 'identity_hate'] as const

const TOXICITY = new Set<string>(TOXICITY_KINDS)

/** What detectors find, by the end of `user_threat_…`. */
export const THREATS: Record<string, string> = {
    InvisibleUnicodeDetector: 'invisible characters',
    MarkdownLinkDetector: 'deceptive link',
    HiddenTextDetector: 'hidden text',
    Base64Detector: 'encoded text',
    SecretsMarker: 'secret',
    PiiMarker: 'personal data',
    ObfuscationDetector: 'disguised words',
    GibberishDetector: 'gibberish',
    ExploitClassifier: 'prompt attack',
}

const THREAT = /^(?:user|agent)_threat_([A-Za-z0-9]+)$/

const EMOTION_TONES: Record<string, Tone> = {
    ...toneOf(
        'positive',
        'admiration amusement approval caring desire excitement gratitude joy love optimism pride relief',
    ),
    ...toneOf('hot', 'anger annoyance disapproval disgust'),
    ...toneOf('low', 'sadness disappointment grief remorse embarrassment'),
    ...toneOf('fear', 'fear nervousness'),
    ...toneOf('curious', 'confusion curiosity realization surprise'),
}

function toneOf(tone: Tone, names: string): Record<string, Tone> {
    return Object.fromEntries(names.split(' ').map((name) => [name, tone]))
}

/** `asks_source` → `asks source` */
export function words(name: string): string {
    return name.replaceAll('_', ' ').trim()
}

function capital(text: string): string {
    return text.charAt(0).toUpperCase() + text.slice(1)
}

function familyOf(rest: string): LabelFamily {
    if (TOXICITY.has(rest)) {
        return 'toxicity'
    }
    if (rest === 'prompt_attack' || rest.startsWith('threat_')) {
        return 'attack'
    }
    return rest === 'emotion' || rest === 'flow' || rest === 'topic' || rest === 'language' ? rest : 'other'
}

export const SPEAKER_NAMES: Record<Speaker, string> = { user: 'User', agent: 'Assistant' }

export function describeLabel(name: string): LabelInfo {
    const match = /^(user|agent)_(.+)$/.exec(name)
    const speaker = (match?.[1] ?? null) as Speaker | null
    const rest = match?.[2] ?? name
    const title = speaker ? `${SPEAKER_NAMES[speaker]} ${threatName(name) ?? words(rest)}` : capital(words(rest))
    return { speaker, family: familyOf(rest), title }
}

/** `user_threat_PiiMarker` → `personal data`; null for other labels. `user_threat_score` is a number, no threat. */
export function threatName(name: string): string | null {
    const detector = THREAT.exec(name)?.[1]
    return detector === undefined || detector === 'score' ? null : (THREATS[detector] ?? words(detector))
}

/** Whether another label of the message says the same: the model's attack has the original plugin's name beside ours. */
export function isDoubled(name: string, labels: Record<string, unknown>): boolean {
    return (
        name.endsWith('_threat_ExploitClassifier') &&
        name.replace('threat_ExploitClassifier', 'prompt_attack') in labels
    )
}

/** A flag is said or absent (value 1); its own name is what a reader wants to see. */
export function labelText(name: string, value: LabelEntry['value']): string {
    const threat = threatName(name)
    if (threat !== null) {
        return threat
    }
    const { family } = describeLabel(name)
    if (family === 'toxicity' || isFlagValue(value)) {
        return words(name.replace(/^(user|agent)_/, ''))
    }
    const text = String(value)
    return words(family === 'flow' ? text.replace(/^(user|agent)_/, '') : text)
}

export function isFlagValue(value: LabelEntry['value']): boolean {
    return value === 1 || value === true || value === '1' || value === 'true'
}

export function labelTone(name: string, value: LabelEntry['value']): Tone {
    const { family } = describeLabel(name)
    switch (family) {
        case 'toxicity':
        case 'attack':
            return 'warning'
        case 'emotion':
            return EMOTION_TONES[String(value)] ?? 'neutral'
        case 'flow':
            return 'flow'
        case 'topic':
            return 'topic'
        default:
            return 'neutral'
    }
}

/** Filter text of the conversations list: `user_emotion:anger`, or `user_toxic` for a flag. */
export function labelFilter(name: string, value: LabelEntry['value']): string {
    return isFlagValue(value) || threatName(name) !== null ? name : `${name}:${String(value)}`
}

export function parseLabelFilter(text: string): { name: string; value: string | null } {
    const at = text.indexOf(':')
    return at < 0 ? { name: text, value: null } : { name: text.slice(0, at), value: text.slice(at + 1) }
}

/** Labels whose value is a word, in the order in which pickers offer them. */
export const WORD_LABELS = [
    'user_emotion',
    'user_flow',
    'user_topic',
    'user_language',
    'agent_emotion',
    'agent_flow',
    'agent_topic',
] as const

export const FLAG_LABELS = (['user', 'agent'] as const).flatMap((speaker) =>
    TOXICITY_KINDS.map((kind) => `${speaker}_${kind}`),
)

/** Filtered by whether they were said at all. */
export const ATTACK_LABELS = [
    'user_prompt_attack',
    ...(['user', 'agent'] as const).flatMap((speaker) =>
        Object.keys(THREATS)
            .filter((detector) => detector !== 'ExploitClassifier')
            .map((detector) => `${speaker}_threat_${detector}`),
    ),
]

const FAMILY_ORDER: LabelFamily[] = ['attack', 'toxicity', 'emotion', 'flow', 'topic', 'other', 'language']

/** Warnings first, language last; the user before the assistant inside a family. */
export function sortLabels<T>(labels: readonly (readonly [string, T])[]): (readonly [string, T])[] {
    const rank = (name: string): number => {
        const { family, speaker } = describeLabel(name)
        return FAMILY_ORDER.indexOf(family) * 2 + (speaker === 'agent' ? 1 : 0)
    }
    return [...labels].sort((a, b) => rank(a[0]) - rank(b[0]))
}
