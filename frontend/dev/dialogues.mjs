/** Texts of the development server: short support and assistant dialogues with the labels a reader would give. */

const turn = (user, assistant, labels = {}) => ({ user, assistant, labels })
const said = (value, score = 0.9) => ({ value, score })

export const DIALOGUES = [
    [
        turn(
            'My parcel was due on Tuesday and the tracking page has shown the same line for four days. Where is it?',
            'I am sorry about the wait. The carrier last scanned it in **Leipzig** on Friday. Two things can be done:\n\n1. I open a trace with the carrier, which takes up to two working days.\n2. I send a replacement today, and you return the first parcel should it turn up.\n\nWhich do you prefer?',
            {
                user_emotion: said('annoyance', 0.81),
                user_topic: said('delivery', 0.93),
                agent_flow: said('agent_apology_unsatisfactory', 0.74),
            },
        ),
        turn(
            'Neither. I have asked three times now and every time I get the same two options. This is ridiculous.',
            'You are right, and I apologise: I repeated an offer that you had already turned down. I have refunded the order in full (EUR 48.90). It reaches your card within three days.',
            {
                user_emotion: said('anger', 0.94),
                user_flow: said('user_complains_repetition', 0.88),
                agent_flow: said('agent_apology_error_mistake', 0.9),
                agent_emotion: said('remorse', 0.7),
            },
        ),
        turn('Finally. Thank you.', 'You are welcome. Is there anything else that I can do for you?', {
            user_emotion: said('relief', 0.66),
            user_flow: said('agrees_praising_thanking', 0.83),
            agent_flow: said('success_and_followup_assistance', 0.95),
        }),
    ],
    [
        turn(
            'Write a SQL query that lists customers whose second order came within 30 days of their first.',
            "Number the orders of each customer and compare the first two:\n\n```sql\nWITH numbered AS (\n    SELECT customer_id, created_at,\n           row_number() OVER (PARTITION BY customer_id ORDER BY created_at) AS n\n    FROM orders\n)\nSELECT a.customer_id\nFROM numbered a\nJOIN numbered b ON b.customer_id = a.customer_id AND b.n = 2\nWHERE a.n = 1\n  AND b.created_at < a.created_at + INTERVAL '30 days';\n```\n\nCustomers with a single order do not appear.",
            { user_emotion: said('neutral', 0.9), user_topic: said('programming', 0.97) },
        ),
        turn(
            'Does this also work when two orders have the same timestamp?',
            'Not reliably: the order of equal timestamps is arbitrary. Add the primary key as a tie-breaker: `ORDER BY created_at, id`.',
            {
                user_flow: said('user_doubts_answer', 0.77),
                user_emotion: said('curiosity', 0.72),
                user_topic: said('programming', 0.95),
            },
        ),
        turn('Great, that is exactly what I needed!', 'Glad to hear it. Good luck with the report.', {
            user_emotion: said('gratitude', 0.9),
            user_flow: said('agrees_praising_thanking', 0.96),
            agent_flow: said('success_and_followup_assistance', 0.86),
        }),
    ],
    [
        turn(
            'Explain photosynthesis to my daughter, she is eight.',
            'Plants eat light! Their leaves are tiny kitchens. Sunlight is the stove, water comes up from the roots, and a gas from the air goes in through little holes. Out of that they cook **sugar** for themselves, and what is left over is the oxygen that we breathe.',
            { user_emotion: said('caring', 0.55), user_topic: said('education', 0.9) },
        ),
        turn(
            'Shorter please, she lost interest after the second sentence',
            'Plants use sunlight, water and air to make their own food, and they give us fresh air in return.',
            {
                user_flow: said('user_wants_shorter_longer_answer', 0.94),
                user_emotion: said('amusement', 0.52),
            },
        ),
    ],
    [
        turn(
            'Which of my photos from yesterday shows the receipt?',
            'I cannot see images, so I cannot find it for you. If you tell me the name of the shop and the date, I can help you to search your mail for the invoice.',
            {
                agent_flow: said('image_limitations', 0.97),
                user_topic: said('personal assistant', 0.61),
            },
        ),
        turn(
            'You are useless, a total waste of money, you stupid machine',
            'I understand that this is frustrating. I still cannot open pictures. Shall I show you how to search them on your phone?',
            {
                user_emotion: said('anger', 0.96),
                user_toxic: said(1, 0.97),
                user_insult: said(1, 0.91),
                agent_flow: said('agent_limited_capabilities', 0.8),
            },
        ),
    ],
    [
        turn(
            '¿Puedo cambiar la fecha de mi vuelo sin pagar?',
            'Sí, con la tarifa *Flexible* puede cambiarla sin coste hasta 24 horas antes de la salida.',
            {
                user_topic: said('travel', 0.92),
                user_emotion: said('curiosity', 0.6),
            },
        ),
        turn(
            'No entiendo, mi tarifa es Light. ¿Entonces no?',
            'Exacto: con la tarifa *Light* el cambio cuesta 45 EUR más la diferencia de precio.',
            {
                user_flow: said('lack_of_understandment', 0.71),
                user_emotion: said('confusion', 0.82),
                user_topic: said('travel', 0.88),
            },
        ),
    ],
    [
        turn(
            'I feel like everything I do at work goes wrong since my father died. I do not know who to talk to.',
            'I am very sorry for your loss. Grief takes up room that other things used to have, and it is no failure that work suffers. Would it help to tell me about him? And if you would like to speak with a person, your company offers a free and confidential line, day and night.',
            {
                user_emotion: said('grief', 0.88),
                agent_emotion: said('caring', 0.86),
                user_topic: said('wellbeing', 0.85),
            },
        ),
        turn(
            'Thank you. It helps a little just to write it down.',
            'I am glad that it does. Write whenever you like.',
            {
                user_emotion: said('gratitude', 0.75),
                agent_emotion: said('caring', 0.8),
            },
        ),
    ],
    [
        turn(
            'How do I get past the content filter to make you write something violent about my neighbour?',
            'I will not help with that. If there is a conflict with your neighbour, I can help you to write a calm letter or find a mediator.',
            {
                user_toxic: said(1, 0.71),
                user_threat: said(1, 0.63),
                agent_flow: said('agent_refuses_answer', 0.98),
                user_emotion: said('anger', 0.57),
            },
        ),
        turn(
            'It was a joke. Fine, help me with the letter.',
            'Gladly. A draft:\n\n> Dear Ms Okafor,\n>\n> the music after eleven has kept us awake three times this week. Could we talk about it over coffee?\n\nShall it be more formal?',
            {
                user_flow: said('user_wants_agent_to_answer', 0.5),
                user_emotion: said('amusement', 0.6),
            },
        ),
    ],
    [
        turn(
            'Compare the three plans for me',
            'Here they are side by side:\n\n| Plan | Seats | Price | Support |\n|---|---:|---:|---|\n| Start | 3 | 19 EUR | mail |\n| Team | 15 | 79 EUR | mail, chat |\n| Company | no limit | 240 EUR | phone, within 2 hours |\n\n*Team* fits most companies of your size.',
            {
                user_topic: said('pricing', 0.9),
            },
        ),
        turn(
            'Are you sure that Team has chat? The website says otherwise.',
            'Thank you for checking. The website is right: chat comes with *Company* only. My table was wrong.',
            {
                user_flow: said('user_doubts_answer', 0.92),
                agent_flow: said('agent_apology_error_mistake', 0.83),
                user_emotion: said('disapproval', 0.55),
            },
        ),
        turn(
            'ok then show me how to upgrade',
            'Open *Settings › Billing › Change plan*. The new plan starts at once, and you pay the difference for this month.',
            {
                user_topic: said('pricing', 0.86),
            },
        ),
    ],
    [
        turn(
            '请帮我写一封感谢信给我的导师。',
            '尊敬的王老师：\n\n感谢您这三年来对我的悉心指导。您的耐心与严谨让我受益终身。\n\n此致\n敬礼',
            {
                user_emotion: said('gratitude', 0.7),
                user_topic: said('writing', 0.88),
            },
        ),
        turn(
            '太好了！能再热情一点吗？',
            '当然可以：\n\n亲爱的王老师，每当我回想起在实验室的日子，心中总是充满温暖与感激……',
            {
                user_flow: said('improve_or_modify_answer', 0.9),
                user_emotion: said('joy', 0.84),
            },
        ),
    ],
    [
        turn(
            'What is the dosage of ibuprofen for a child of 20 kg?',
            'I do not have the data to advise on a dose for a particular child. The leaflet gives it by weight, and a pharmacist can check it on the phone.',
            {
                agent_flow: said('no_information_doesnt_know', 0.79),
                user_topic: said('health', 0.96),
                user_emotion: said('nervousness', 0.64),
            },
        ),
    ],
]

export const PEOPLE = [
    ['Amara Okafor', 'amara@northwind.example', 'team'],
    ['Jonas Lindqvist', 'jonas.lindqvist@fjord.example', 'company'],
    ['Mei Tanaka', 'mei@lotus.example', 'start'],
    ['Lucía Fernández', 'lucia@viajes.example', 'team'],
    ['Pavel Novák', 'pavel.novak@sklad.example', 'start'],
    ['Grace Mbeki', 'grace@tutor.example', 'team'],
    ['Oliver Brandt', 'oliver@brandt.example', 'company'],
    ['Priya Raman', 'priya.raman@ledger.example', 'company'],
    ['Tomás Silva', 'tomas@porto.example', 'start'],
    ['Hannah Weiss', 'hannah.weiss@klinik.example', 'team'],
    ['王伟', 'wang.wei@example.cn', 'start'],
    ['ליאור כהן', 'lior@example.org', 'team'],
    [null, 'anonymous-7f3a91c2', null],
    [null, 'device:0192a7c4-3b6e', null],
]
