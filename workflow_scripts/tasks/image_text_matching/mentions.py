"""Which of MS COCO's 80 categories a text names.

Captions and questions call things by many words. A word may stand for several categories ("bike"), and some words have
other meanings, too ("orange", "mouse"): these may excuse a text that seems to name what a picture lacks, never accuse.
"""

import functools
import re
from collections.abc import Iterator

Named = frozenset[str]  # categories, one of which a word stands for

# A category and the words that name it, and nothing else that could be in a picture but what else they stand for here
_NAMES = """
person: person, people, man, men, woman, women, boy, girl, child, children, kid, guy, lady, gentleman, gentlemen
person: toddler, teenager, teen, someone, somebody, player, tennis player, baseball player, skier, snowboarder
person: skateboarder, surfer, batter, umpire, pedestrian, rider, cyclist, bicyclist, motorcyclist, biker, passenger
person: worker, chef, student, tourist, spectator, policeman, policemen, soldier, bride, groom
bicycle: bicycle, bike, cyclist, bicyclist
car: car, automobile, taxi, cab, sedan, minivan, van, suv, jeep, pickup, limousine
motorcycle: motorcycle, motorbike, moped, dirt bike, bike, biker, motorcyclist
airplane: airplane, plane, aeroplane, aircraft, jet, airliner, jetliner, biplane
bus: bus, school bus, double decker, minibus
train: train, locomotive, train car, tram, steam engine, subway train
truck: truck, lorry, lorries, pickup, pickup truck, fire truck, firetruck, semi truck, tow truck, van, suv, jeep
boat: boat, ship, sailboat, canoe, kayak, yacht, ferry, ferries, rowboat, gondola, tugboat, barge
traffic light: traffic light, traffic signal, stoplight, stop light
fire hydrant: fire hydrant, hydrant
stop sign: stop sign
parking meter: parking meter
bench: bench, benches, park bench
bird: bird, seagull, gull, pigeon, duck, duckling, goose, geese, swan, parrot, owl, eagle, hawk, ostrich, peacock
bird: penguin, flamingo, pelican, sparrow, crow, heron, rooster, hen, parakeet, hummingbird
cat: cat, kitten, kitty
dog: dog, puppy, poodle, dachshund, bulldog, terrier, retriever, labrador, dalmatian, chihuahua, corgi, pug, pit bull
horse: horse, pony, foal, stallion, mare
sheep: sheep, lamb, ewe
cow: cow, cattle, bull, oxen
elephant: elephant
bear: bear, polar bear, grizzly bear, black bear, brown bear, panda
zebra: zebra
giraffe: giraffe
backpack: backpack, knapsack, rucksack, luggage, baggage
umbrella: umbrella, parasol
handbag: handbag, purse, luggage, baggage
tie: necktie, bow tie, bowtie
suitcase: suitcase, luggage, baggage
frisbee: frisbee, flying disc, flying disk
skis: skis, skier
snowboard: snowboard, snowboarder, snowboarding, snow board
sports ball: sports ball, soccer ball, tennis ball
kite: kite
baseball bat: baseball bat
baseball glove: baseball glove, baseball mitt
skateboard: skateboard, skateboarder, skateboarding, skate board, longboard
surfboard: surfboard, surfer, surfing, surf board
tennis racket: tennis racket, tennis racquet, racket, racquet, tennis player
bottle: bottle
wine glass: wine glass, wine glasses, wineglass, wineglasses
cup: cup, mug, teacup, coffee cup
fork: fork
knife: knife, knives
spoon: spoon
bowl: bowl
banana: banana
apple: apples, apple tree
sandwich: sandwich, sandwiches, hamburger, cheeseburger, burger
orange: oranges, tangerine, clementine
broccoli: broccoli
carrot: carrot
hot dog: hot dog, hotdog, chili dog, corn dog
pizza: pizza
donut: donut, doughnut
cake: cake, cupcake, cheesecake, birthday cake, wedding cake, carrot cake
chair: chair, armchair, recliner, rocking chair
couch: couch, sofa, loveseat, armchair
potted plant: potted plant, houseplant, house plant
bed: bed, bunk bed
dining table: dining table, dinner table, dining room table
toilet: toilet, commode
tv: tv, television
laptop: laptop, macbook, keyboard
mouse: computer mouse
remote: remote control, tv remote, wii remote, wiimote
keyboard: keyboard
cell phone: cell phone, cellphone, smartphone, smart phone, iphone, mobile phone
microwave: microwave, microwave oven
oven: oven, stove
toaster: toaster
sink: sink
refrigerator: refrigerator, fridge
book: book
clock: clock, clock tower
vase: vase
scissors: scissors
teddy bear: teddy bear, stuffed bear, toy bear, teddy
hair drier: hair drier, hair dryer, hairdryer, blow dryer
toothbrush: toothbrush, tooth brush
""".strip().splitlines()
# A category and the words that may mean it, or something else
_HINTS = """
person: crowd, couple, family, families, audience, officer, police, driver, pitcher, catcher, cook, waiter, baby
person: babies, infant, adult, male, female, mother, father, mom, dad, team, skater, jockey, chair lift
person: he, she, him, her, his, they, their, hand, skiing, snowboarding, surfing, skateboarding, riding
bicycle: cycle, cycling, biking, tandem, rack
car: vehicle, traffic, auto, convertible, race
motorcycle: scooter, vespa, cycle, vehicle, harley
airplane: fighter, airline, helicopter, glider
bus: bus stop, bus station, coach, trolley, shuttle, vehicle, van, traffic
train: train station, train track, train tracks, engine, subway, trolley, railroad, railway, caboose, freight, vehicle
truck: truck bed, trailer, semi, rig, tractor, vehicle, traffic, ambulance, bulldozer
boat: vessel, sail, raft, marina, harbor, jet ski, kayaking, canoeing, rowing, sailing
traffic light: light, street light, signal, lamp
stop sign: sign, street sign, road sign
parking meter: meter
bench: seat, pew, bleachers
bird: chicken, turkey, crane, flock, animal, pet, wing, toucan
cat: feline, animal, pet, cub, lion, tiger
dog: dog house, pup, lab, hound, canine, boxer, husky, animal, pet, wolf, fox
horse: colt, donkey, mule, carriage, horseback, jockey, animal, pet, herd, zebra
sheep: goat, ram, flock, herd, animal, calf
cow: ox, steer, calf, calves, bison, buffalo, longhorn, herd, animal
elephant: trunk, calf, herd, animal
bear: cub, grizzly, animal
zebra: herd, animal
giraffe: herd, animal
backpack: bag, pack
umbrella: canopy, shade
handbag: bag, tote, pouch, clutch
tie: tie, suit, uniform
suitcase: bag, briefcase, case, trunk
frisbee: disc, disk
skis: ski, skiing, ski lift, ski slope, ski pole, cross country
snowboard: board, boarder
sports ball: ball, baseball, basketball, football, volleyball, soccer, tennis, bowling, pitcher, pitch, game
kite: parachute, parasail, kitesurfing, kiteboarding, sail
baseball bat: bat, batter, baseball, baseball game, baseball player, swing, swinging
baseball glove: glove, mitt, catcher, baseball, baseball game, baseball player, fielder
skateboard: board, skate, skater, skating
surfboard: board, surf, paddle board, boogie board, body board, wakeboard
tennis racket: tennis, tennis game, tennis match, paddle
bottle: wine, beer, soda, water, drink, beverage, alcohol, shampoo, ketchup, condiment, jar
wine glass: glass, wine, champagne, drink, beverage, goblet, cup
cup: glass, coffee, tea, drink, beverage, latte, container
fork: silverware, utensil, cutlery, flatware
knife: silverware, utensil, cutlery, flatware, blade, cutting
spoon: silverware, utensil, cutlery, flatware, ladle, spatula
bowl: toilet bowl, dish, soup, cereal, container, basin, plate, salad
banana: plantain, fruit, food, produce
apple: apple, fruit, food, produce
sandwich: sub, toast, bun, bread, bagel, hot dog, food, meal, lunch, wrap
orange: orange, mandarin, citrus, lemon, fruit, food, produce
broccoli: vegetable, veggie, greens, salad, cauliflower, food, meal, produce
carrot: vegetable, veggie, salad, food, meal, produce
hot dog: sausage, bun, food, meal, lunch
pizza: pie, slice, pepperoni, flatbread, food, meal, calzone
donut: pastry, pastries, dessert, bagel, food, bread
cake: dessert, pastry, pastries, pie, frosting, icing, brownie, tart, food, candle
chair: chair lift, seat, stool, furniture, bench, sofa, wheelchair
couch: futon, sectional, seat, furniture, bed
potted plant: plant, pot, flower, tree, fern, bush, vase, planter, cactus, greenery
bed: bed of, flower bed, truck bed, mattress, crib, cot, bunk, bedding, furniture, couch
dining table: table, desk, counter, countertop, tablecloth, furniture, bench
toilet: toilet paper, toilet brush, toilet seat, toilet bowl, urinal, bidet, potty, restroom
tv: screen, monitor, computer, display, wii, video game
laptop: computer, notebook, monitor, screen, device, electronics
mouse: mouse, mice, computer
remote: remote, controller, control, wii, video game
keyboard: computer, piano, laptop
cell phone: phone, telephone, mobile, device, electronics, call
microwave: appliance, oven
oven: stove top, stovetop, toaster oven, range, appliance
toaster: toaster oven, appliance
sink: faucet, basin, washbasin, tub, counter
refrigerator: freezer, cooler, appliance
book: comic book, novel, magazine, bookshelf, bookshelves, bookcase, library, notebook, reading, shelf, shelves, paper
clock: watch, time, tower
vase: flower, bouquet, pot, jar, urn, centerpiece, pitcher, jug, pottery
scissors: scissor, shears, cutting
teddy bear: stuffed animal, stuffed toy, toy, doll, plush, bear
hair drier: dryer
toothbrush: brush, brushing, toothpaste
""".strip().splitlines()
_DETERMINERS = frozenset(["the", "this", "that", "these", "those", "his", "her", "their", "its"])
_POINTING = frozenset(["this", "that", "these", "those"])
_ENDS_NOUN = frozenset(
    [
        *("a", "an", "any", "some", "of", "in", "on", "at", "with", "to", "by", "for", "near", "and", "or", "what"),
        *("is", "are", "was", "were", "do", "does", "has", "have"),
    ]
)
_DENYING = frozenset(["no", "not", "none", "nobody", "nothing", "without", "empty", "missing", "never"])
_ASKS_WHAT_THERE_IS = {("is", "there"), ("are", "there"), ("how", "many"), ("do", "you"), ("can", "you"), ("can", "we")}
_WORD = re.compile(r"[a-z]+")
_AWAY = 3  # words from a determiner to its noun, at most


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"


def _words_of(lines: list[str]) -> Iterator[tuple[str, str]]:
    """(category, word) of each word of the lines and of its plural."""
    for category, words in (line.split(": ") for line in lines):
        for word in words.split(", "):
            yield from ((category, word), (category, _plural(word)))


def _table() -> dict[str, Named]:
    """Word -> the categories it may stand for."""
    found: dict[str, set[str]] = {}
    for category, word in _words_of(_NAMES + _HINTS):
        found.setdefault(word, set()).add(category)
    return {word: frozenset(categories) for word, categories in found.items()}


CATEGORIES = tuple(dict.fromkeys(category for category, _ in _words_of(_NAMES)))
_CLEAR = frozenset(word for _, word in _words_of(_NAMES))
_STANDS_FOR = _table()
_LONGEST: dict[str, int] = {}  # first word -> of how many words the longest name is that begins with it
for _name in _STANDS_FOR:
    _first, *_more = _name.split()
    _LONGEST[_first] = max(_LONGEST.get(_first, 0), 1 + len(_more))


def told(text: str) -> set[str]:
    """All categories that the text may name."""
    return {category for _, _, name in _read(text)[1] for category in _STANDS_FOR[name]}


def named(text: str) -> tuple[Named, ...]:
    """What the text surely names; nothing if it denies something, for then what it names may be what is not there.

    >>> [sorted(n) for n in named("An orange bike beside a cow")], named("A beach without people")
    ([['bicycle', 'motorcycle'], ['cow']], ())
    """
    words, names = _read(text)
    if not _DENYING.isdisjoint(words):
        return ()
    return tuple(_STANDS_FOR[name] for _, _, name in names if name in _CLEAR)


def presumed(question: str) -> tuple[Named, ...]:
    """What the question surely names and takes for granted, as "the dog" is in "Is the dog old?", but no dog in
    "Is there a dog?", "How many dogs are there?" or "Is this a dog?": these have an answer without any.

    >>> presumed("What is on the brown dog's head?"), presumed("Are these dogs?")
    ((frozenset({'dog'}),), ())
    """
    words, names = _read(question)
    if tuple(words[:2]) in _ASKS_WHAT_THERE_IS:
        return ()
    found = [(_determiner(words, start), end, name) for start, end, name in names if name in _CLEAR]
    return tuple(
        _STANDS_FOR[name]
        for determiner, end, name in found
        if determiner and not (determiner in _POINTING and (end == len(words) or words[end] == "or"))
    )


@functools.lru_cache(maxsize=16)  # what a text names and what it may name are asked one after the other
def _read(text: str) -> tuple[list[str], list[tuple[int, int, str]]]:
    """The words of a text, and the names among them."""
    words = _WORD.findall(text.lower())
    return words, list(_names(words))


def _names(words: list[str]) -> Iterator[tuple[int, int, str]]:
    """(start, end, name) of each name in the text; of overlapping ones the first, and of these the longest."""
    passed = 0
    for start, word in enumerate(words):
        if word not in _LONGEST or start < passed:
            continue
        for end in range(min(start + _LONGEST[word], len(words)), start, -1):
            if (name := " ".join(words[start:end])) in _STANDS_FOR:
                yield start, end, name
                passed = end
                break


def _determiner(words: list[str], noun: int) -> str | None:
    """The determiner of the noun at this place, if it has one that says which."""
    for word in reversed(words[max(noun - _AWAY, 0) : noun]):
        if word in _DETERMINERS:
            return word
        if word in _ENDS_NOUN:
            return None
    return None
