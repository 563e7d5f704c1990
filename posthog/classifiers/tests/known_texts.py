"""Sentences written for these tests, with what a reader would say of them. None of them stands in the training data."""

EMOTIONS: dict[str, str | None] = {
    "Thank you so much, that solved it!": "gratitude",
    "Thanks a lot for the quick help.": "gratitude",
    "I am grateful for your help, thanks again.": "gratitude",
    "I'm so sorry, that was my mistake.": "remorse",
    "My apologies for the confusion, I got that wrong.": "remorse",
    "This is hilarious, I can't stop laughing haha": "amusement",
    "lol that joke about the printer was funny": "amusement",
    "I love you, you are the sweetest thing in my life": "love",
    "I absolutely love this song": "love",
    "I'm so excited for the concert tonight!!!": "excitement",
    "I am so happy today, everything went well": "joy",
    "What a wonderful day, I feel great": "joy",
    "This makes me so angry, I hate it!": "anger",
    "I am furious with your support team": "anger",
    "I'm scared that something terrible will happen": "fear",
    "That film terrified me, I am still afraid of the dark": "fear",
    "I feel so sad and lonely since she left": "sadness",
    "I have been crying all evening": "sadness",
    "Wow, I did not expect that at all!": "surprise",
    "Oh my god, I can't believe it, what a surprise": "surprise",
    "You did an amazing job, great work!": "admiration",
    "Brilliant answer, you are really good at this": "admiration",
    "I don't understand, this is confusing": "confusion",
    "I wish I could have one of those": "desire",
    "I hope everything gets better soon": "optimism",
    "That's disgusting, it makes me sick": "disgust",
    "I'm disappointed, I expected much more than this": "disappointment",
    "Why does the moon have phases?": None,
    "The meeting starts at ten in room four.": None,
    "Water boils at 100 degrees Celsius at sea level.": None,
    "Set the parameter to 5 and restart the service.": None,
    "My order number is 48213.": None,
    "😂😂😂": "amusement",
    "😡": "anger",
    "❤️❤️": "love",
    "😢": "sadness",
    "🙏": "gratitude",
}

# What the model in the tree gets wrong, and what it says instead.
WRONG_EMOTIONS = {"What a wonderful day, I feel great": "admiration"}

# Labels that must be said. Where insults and swearing meet, readers differ too: "obscene" and "insult" may come along.
TOXICITY: dict[str, set[str]] = {
    "You are a stupid, worthless idiot": {"toxic"},
    "shut up you moron": {"toxic"},
    "What the fuck is this shit": {"toxic", "obscene"},
    "go fuck yourself, asshole": {"toxic", "obscene", "insult"},
    "I will find you and kill you": {"toxic", "threat"},
    "How do I kill a process that listens on port 3000?": set(),
    "Could you make the second paragraph shorter?": set(),
    "That answer is wrong, please try again.": set(),
    "My grandmother is Jewish and my grandfather is Muslim.": set(),
    "The recipe needs two eggs and a cup of flour.": set(),
}
