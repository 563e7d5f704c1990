// One visit of a person through posthog-node. HOST, TOKEN, KEY, PERSON, ANONYMOUS and COMPANY come from the environment.
// Prints {"errors": [...], "flags": {...}} as its last line.
import { PostHog } from 'posthog-node'

const { HOST, TOKEN, KEY, PERSON, ANONYMOUS, COMPANY } = process.env
const errors = []
for (const level of ['error', 'warn']) console[level] = (...words) => errors.push(words.map(String).join(' '))

const client = new PostHog(TOKEN, { host: HOST, personalApiKey: KEY, flushAt: 20, flushInterval: 200, featureFlagsPollingInterval: 3_600_000 })
client.on('error', (error) => errors.push(String(error)))

client.capture({ distinctId: ANONYMOUS, event: 'price seen', properties: { price: 12.5, currency: '€' } })
client.identify({ distinctId: PERSON, properties: { email: 'nora@example.com', $set_once: { first_touch: 'fair' } } })
client.capture({ distinctId: PERSON, event: 'trial started', properties: { $set: { plan: 'trial' }, $set_once: { first_touch: 'too late' } } })
client.alias({ distinctId: PERSON, alias: ANONYMOUS })
client.groupIdentify({ groupType: 'company', groupKey: COMPANY, properties: { industry: 'hedgehogs' }, distinctId: PERSON })
client.capture({ distinctId: PERSON, event: 'report opened', groups: { company: COMPANY } })
for (let number = 0; number < 50; number++) client.capture({ distinctId: PERSON, event: 'step', properties: { number } })
await client.captureImmediate({ distinctId: PERSON, event: 'paid', properties: { amount: 90 } })
await client.flush()

await client.reloadFeatureFlags()
const evaluated = await client.evaluateFlags(PERSON)
const flags = { all: await client.getAllFlags(PERSON), one: evaluated.isEnabled('new-pricing') }
await client.shutdown()
process.stdout.write(JSON.stringify({ errors, flags }) + '\n')
