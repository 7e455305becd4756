"""Short answers of which two may be right at once, so that neither can be the other's wrong option."""

import functools

_STEM = 4  # letters that words of one stem share at least: rain, rainy, raining
_EMPTY = {"a", "an", "the", "of", "in", "on", "at", "to", "with", "and", "playing"}
# Each line: answers that people give for the same thing. Words that share a stem or hold each other are alike anyway.
_NEAR = """
gray, grey, silver, chrome
tan, beige, brown, khaki
white, cream, ivory, beige
yellow, gold, golden, blonde
red, maroon, burgundy
blue, turquoise, teal, navy
green, turquoise, teal, olive
metal, metallic, steel, iron, aluminum, aluminium, chrome, tin, brass, copper, bronze, silver
wood, hardwood, plywood, pine, oak, log, bamboo, wicker
stone, rock, boulder, marble, granite, cobblestone, gravel, pebbles, concrete, cement, brick
concrete, cement, pavement, asphalt, tarmac, blacktop, street, road, highway, driveway, runway, parking lot
ceramic, porcelain, china, clay, tile, tiled, linoleum, marble
cloth, fabric, cotton, linen, canvas, polyester, denim, jean, wool, felt, velvet, silk, nylon, leather, suede
plastic, vinyl, rubber, nylon, styrofoam
dirt, soil, mud, clay, ground, land, sand, dust, gravel
round, circle, circular, oval, oblong, sphere, spherical, ball, cylinder, curved, dome, arch
square, rectangle, rectangular, cube, box, oblong
octagon, octagonal, octogon, hexagon, polygon
triangle, triangular, pointed, pointy
striped, stripes, lines, slats
plaid, checkered, squares
person, people, man, men, woman, women, male, female, lady, girl, boy, child, children, kid, baby, adult, player
player, batter, catcher, pitcher, umpire, skier, skateboarder, snowboarder, surfer, man, woman, person, people
spectator, audience, crowd, people, person
dog, puppy, puppies
cat, kitten, feline
cow, calf, cattle, bull, ox, bison, buffalo
sheep, lamb, ram, goat
horse, pony, ponies
duck, goose, geese, swan
bird, seagull, pigeon, parrot, owl, eagle, duck, goose, geese, swan, chicken, rooster
rabbit, bunny
mouse, mice
car, automobile, vehicle, suv, van, minivan, taxi, cab, jeep, sedan, truck
train, locomotive, tram, trolley, engine, subway
plane, airplane, aeroplane, jet
boat, ship, canoe, sailboat
bike, bicycle, cycle
bike, motorcycle, motorbike, moped, scooter
tree, woods, forest, jungle, foliage, leaf, leaves, branch, evergreen, palm
plant, bush, shrub, hedge, vegetation, greenery, foliage, leaves, fern, weeds
grass, lawn, field, yard, park, meadow, pasture, greenery, hay
water, ocean, sea, lake, river, pond, waves, beach, pool
beach, sand, shore, desert
hill, mountain, slope, cliff, snow
building, house, tower, skyscraper, church, hotel, apartment, store, shop, city, town, downtown
street, road, city, town, downtown, urban
sidewalk, path, walkway, pavement, trail, curb
fence, railing, rail, gate, barrier, net, wire
wall, brick, tile
sky, cloud, sun
table, desk, counter, countertop, tablecloth
chair, seat, armchair, stool, bench, recliner
couch, sofa, loveseat
bed, mattress, headboard
blanket, quilt, comforter, sheet
curtain, drapes, blinds, shutters
cabinet, drawer, dresser, shelf, shelves, bookcase, cupboard
lamp, light, lantern
picture, painting, photo, poster, portrait, artwork, drawing, print
sign, billboard, poster, banner, advertisement
bag, purse, handbag, backpack, luggage, suitcase
cup, mug, glass, drink, coffee, tea, beverage
beer, wine, juice, soda, milk, drink, beverage
plate, dish, bowl
utensils, silverware, cutlery, fork, knife, knives, spoon
donut, doughnut, pastry, bagel
burger, hamburger, sandwich
hotdog, hot dog, sausage
cake, cupcake, dessert, pastry, frosting, icing
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
glasses, sunglasses, goggles
hat, cap, helmet
pants, jeans
coat, jacket, sweater, shirt
happy, joy, smile, smiling, excited, excitement, surprise, love
sad, upset, unhappy, sorrow
angry, anger, mad, upset, frustrated, disgust
bored, boredom, tired, sleepy, indifferent
scared, fear, nervous, confused
calm, relaxed, content, happy, neutral, serious, focused
sunny, sunshine, sun, clear, fair, warm, hot, nice, mild, pleasant, summer
cloudy, overcast, gloomy, fog, hazy
rain, wet, storm
snow, winter, cold, chilly, cool
fall, autumn
spring, summer
night, evening, dark
day, morning, afternoon, noon
restaurant, cafe, bar, kitchen
soccer, football
ski, skis, skiing
wii, video game, video games
standing, posing, watching, looking, waiting
eat, eating, grazing, lunch, dinner, breakfast
sleeping, laying, lying, resting, relaxing
running, walking, jogging
knit, sew
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
    return f" {' '.join(_words(answer))} " in f" {' '.join(_words(text))} "


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.lower()).split()


@functools.cache
def _groups() -> dict[str, set[int]]:
    """Member -> the lines of _NEAR that it is in."""
    groups: dict[str, set[int]] = {}
    for number, line in enumerate(_NEAR):
        for member in line.split(", "):
            groups.setdefault(member, set()).add(number)
    return groups


@functools.lru_cache(maxsize=10_000)
def _marks(answer: str) -> frozenset[str | int]:
    """What an answer shares with those that are alike: stems of its words, lines of _NEAR."""
    words = [w for w in _words(answer) if w not in _EMPTY]
    lines = [_groups().get(part, ()) for part in (answer, *words)]
    return frozenset(w[:_STEM] for w in words).union(*lines)
