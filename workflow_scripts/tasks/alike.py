"""Short answers of which two may be right at once, so that neither can be the other's wrong option."""

import functools

_STEM = 4  # letters that words of one stem share at least: rain, rainy, raining
_EMPTY = {"a", "an", "the", "of", "in", "on", "at", "to", "with", "and", "playing"}
# A line: answers that people give for the same thing; with a colon: a name that is also given to each of the others.
# Words that share a stem or hold each other are alike anyway, and a final s does not matter.
_NEAR = """
gray, grey, silver, chrome
tan, beige, brown, khaki
white, cream, ivory, beige
yellow, gold, golden, blonde
red, maroon, burgundy
blue, turquoise, teal, navy
green, turquoise, teal, olive
metal, metallic, steel, stainless steel, iron, aluminum, aluminium, chrome, tin, brass, copper, bronze, silver
wood, hardwood, plywood, pine, oak, log, bamboo, wicker
stone, rock, boulder, marble, granite, cobblestone, gravel, pebble, concrete, cement, brick
concrete, cement, pavement, asphalt, tarmac, blacktop, street, road, highway, driveway, runway, parking lot
ceramic, porcelain, china, clay, tile, tiled, linoleum, marble
cloth, fabric, cotton, linen, canvas, polyester, denim, jean, wool, felt, velvet, silk, nylon, leather, suede
plastic, vinyl, rubber, nylon, styrofoam
dirt, soil, mud, clay, ground, land, sand, dust, gravel
round, circle, circular, oval, oblong, sphere, spherical, ball, cylinder, curved, dome, arch
square, rectangle, rectangular, cube, box, oblong
octagon, octagonal, octogon, hexagon, polygon
triangle, triangular, pointed, pointy
striped, stripe, line, slat
plaid, checkered, square
person: man, woman, male, female, lady, boy, girl, child, kid, baby, adult, passenger, driver, worker, spectator
person: player, batter, catcher, pitcher, umpire, skier, skateboarder, snowboarder, surfer, cyclist, cook, clown
people, person, men, women, children, man, woman, boy, girl, crowd, audience, spectator
man, male, guy, boy
woman, female, lady, girl
child, kid, baby, boy, girl
player, batter, catcher, pitcher, man, woman, boy, girl, umpire
animal: dog, cat, horse, cow, sheep, goat, elephant, giraffe, zebra, bear, bird, deer, lion, tiger, monkey, pig, duck
dog, puppy
cat, kitten, feline
cow, calf, cattle, bull, ox, bison, buffalo
sheep, lamb, ram, goat
horse, pony, ponies
duck, goose, geese, swan
bird: duck, goose, geese, swan, seagull, pigeon, parrot, owl, eagle, chicken, rooster, flamingo, ostrich, peacock
rabbit, bunny
mouse, mice
vehicle: car, truck, bus, train, van, motorcycle, bicycle, boat, airplane, tractor, trailer, wagon, cart, scooter
car, automobile, vehicle, suv, van, minivan, taxi, cab, jeep, sedan, truck
train, locomotive, tram, trolley, engine, subway
plane, airplane, aeroplane, jet
boat, ship, canoe, sailboat
bike, bicycle, cycle
bike, motorcycle, motorbike, moped, scooter
tree, woods, forest, jungle, foliage, leaf, leaves, branch, evergreen, palm
plant, bush, bushes, shrub, hedge, vegetation, greenery, foliage, leaves, fern, weed
plant: tree, flower, grass, palm, cactus
grass, lawn, field, yard, park, meadow, pasture, greenery, hay
water, ocean, sea, lake, river, pond, wave, beach, pool
beach, sand, shore, desert
hill, mountain, slope, cliff, snow
building: house, tower, skyscraper, church, hotel, apartment, store, shop, barn, castle, school, garage, restaurant
building, city, town, downtown
street, road, city, town, downtown, urban
sidewalk, path, walkway, pavement, trail, curb
fence, railing, rail, gate, barrier, net, wire
wall, brick, tile
sky, cloud, sun
furniture: table, desk, chair, couch, bed, dresser, cabinet, bookshelf, bench, stool
table, desk, counter, countertop, tablecloth
chair, seat, armchair, stool, bench, recliner
couch, sofa, loveseat
bed, mattress, headboard
blanket, quilt, comforter, sheet
curtain, drapes, blind, shutter
cabinet, drawer, dresser, shelf, shelves, bookcase, cupboard
lamp, light, lantern
picture, painting, photo, poster, portrait, artwork, drawing, print
sign, billboard, poster, banner, advertisement
bag, purse, handbag, backpack, luggage, suitcase
cup, mug, glass, drink
drink: coffee, tea, beer, wine, juice, soda, milk, water
plate, dish, bowl
utensil: fork, knife, knives, spoon
silverware: fork, knife, knives, spoon
utensil, silverware, cutlery
knife, knives
appliance: refrigerator, oven, stove, microwave, toaster, dishwasher, blender
food: pizza, sandwich, cake, donut, hot dog, salad, bread, broccoli, carrot, banana, apple, orange, fruit, vegetable
fruit: apple, banana, orange, lemon, strawberries, grape, pineapple, peach
vegetable: broccoli, carrot, tomato, lettuce, onion, pepper, cauliflower, potatoes, corn
dessert: cake, donut, doughnut, cupcake, cookie, pie, pastry, ice cream
donut, doughnut, pastry, bagel
burger, hamburger, sandwich
hotdog, hot dog, sausage
cake, cupcake, pastry, frosting, icing
fries, french fries, potatoes
tv, television, monitor, screen, computer, laptop
phone, telephone, cell phone, cellphone
refrigerator, fridge, freezer
stove, oven
sink, faucet
toilet, commode, bidet
bathtub, tub, shower
trash can, trashcan, garbage, bin, trash, dumpster
hair drier, hair dryer, blow dryer
glasses, eyeglasses, sunglasses, goggles
hat, cap, helmet
clothing: shirt, coat, jacket, sweater, pants, jeans, dress, hat
pants, jeans
coat, jacket, sweater, shirt
happy, joy, smile, smiling, excited, excitement, surprise, love, content
sad, upset, unhappy, sorrow
angry, anger, mad, upset, frustrated, disgust
bored, boredom, tired, sleepy, indifferent
scared, fear, nervous, confused
calm, relaxed, content, neutral, serious, focused
sunny, sunshine, sun, clear, fair, warm, hot, nice, mild, pleasant, summer
cloudy, overcast, gloomy, fog, foggy, hazy
rain, rainy, raining, wet, storm, stormy
snow, snowy, snowing, winter, cold, chilly, cool
fall, autumn
night, evening, dark
day, morning, afternoon, noon
restaurant, cafe, bar, kitchen
soccer, football
ski, skis, skiing
wii, video game
standing, posing, watching, looking, waiting
eat, eating, grazing, lunch, dinner, breakfast
sleeping, laying, lying, resting, relaxing
running, walking, jogging
""".strip().splitlines()


def alike(a: str, b: str) -> bool:
    """Whether one holds the other, two of their words share a stem, or both are called near each other.

    >>> alike("baseball", "playing baseball"), alike("grey", "silver"), alike("green", "grey")
    (True, True, False)
    """
    return a in b or b in a or not _marks(a).isdisjoint(_marks(b))


def says(text: str, answer: str) -> bool:
    """Whether a text names an answer, word by word.

    >>> says("Is the clock large or small?", "small"), says("What is left of the carpet?", "car")
    (True, False)
    """
    return _apart(answer) in _apart(text)


@functools.lru_cache(maxsize=10_000)
def _apart(text: str) -> str:
    """Its words, each with a blank on either side."""
    return f" {' '.join(_words(text))} "


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.lower()).split()


Mark = str | tuple[int, str]  # a stem; a line of _NEAR and, if it has a colon, who of it


@functools.cache
def _near() -> dict[str, set[Mark]]:
    """Answer or word -> its marks by _NEAR."""
    marks: dict[str, set[Mark]] = {}
    for number, line in enumerate(_NEAR):
        name, _, others = line.rpartition(": ")
        for other in others.split(", "):
            mark = (number, other if name else "")
            marks.setdefault(other, set()).add(mark)
            if name:
                marks.setdefault(name, set()).add(mark)
    return marks


@functools.lru_cache(maxsize=10_000)
def _marks(answer: str) -> frozenset[Mark]:
    """What an answer shares with those that are alike."""
    words = [w for w in _words(answer) if w not in _EMPTY]
    parts = [answer] if answer in _near() else words
    near = [_near().get(form, set()) for part in parts for form in (part, part.removesuffix("s"))]
    return frozenset(w[:_STEM] for w in words).union(*near)
