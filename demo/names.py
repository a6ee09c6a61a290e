"""What the made-up patients are made up from: names of the many origins common in Australia, streets and towns."""


def listed(words: str) -> tuple[str, ...]:
    """One name a word."""
    return tuple(words.split())


WOMEN = listed("""
Abigail Adriana Aisha Alinta Amelia Anjali Anneke Aoife Asha Ayesha Beatriz Bronwyn Carmen Chiara Chloe Clara Dalia
Deepa Dimitra Eleni Elif Emily Esther Farah Fatima Freya Gemma Giulia Grace Hana Harriet Hedda Imani Ingrid Isla Jade
Jing Kalina Katarina Kavya Kirra Lakshmi Layla Leilani Lucia Maeve Malia Marama Mariam Matilda Mei Merindah Nadine
Naomi Ngaire Nia Niamh Noor Olena Phuong Priscilla Rania Ruby Sabine Salma Saskia Shreya Sienna Sofia Talia Tamsin
Thandi Thuy Tilly Uma Vesna Wen Xanthe Yael Yasmin Yuki Zara Zofia
""")

MEN = listed("""
Aaron Ahmad Alessandro Amir Anders Andrei Angus Antonio Arjun Arlo Bashir Benjamin Bilal Callum Carlos Chen Connor
Daniel Darcy Declan Dimitri Duc Edward Elias Emil Farid Felix Finn Gabriel George Giorgos Hamish Harvey Hassan Henrik
Hugo Ibrahim Isaac Ivan Jack Jarrah Javier Jin Joaquin Jovan Kai Kamal Kenji Kiran Lachlan Lars Liam Luca Mahmoud
Manoj Marcus Mateo Milan Mohan Nikolai Oliver Omar Oscar Patrick Pavel Quang Rafael Rajesh Reuben Rory Sanjay Sefa
Sione Stefan Suresh Tariq Tevita Thomas Tomas Viktor Wei Xavier Yusuf Zoran
""")

FAMILIES = listed("""
Abbott Abdullah Acheampong Adeyemi Ahmed Aleksic Andersen Angelopoulos Antoniou Araullo Atkinson Bagnall Banerjee
Barakat Baxter Begovic Bianchi Birrell Brennan Bui Burke Cabrera Callaghan Castellan Cavanagh Chaudhry Chen Choi
Cochrane Costa Cunningham Dang Delaney Demir Deshmukh Dinh Doyle Duarte Dumitru Eriksen Fa'asavalu Fairweather Farrugia
Ferreira Finau Fitzgerald Fonseca Fraser Galea Ganesan Georgiou Gill Goh Gunawardena Haddad Halloran Hansen Haque
Hartigan Hoang Horvat Huang Hussein Iyer Jankovic Jayasuriya Johansson Joshi Kaplan Karim Kaur Kelleher Khoury Kim
Kovacs Kumar Lam Laurent Leahy Lim Lombardi Mackenzie Mahmood Malik Mancini Marinovic McAllister Mehta Mendoza Mitchell
Moretti Mwangi Naidoo Nakamura Nasser Ngata Nguyen Nikolaidis Nolan Novakovic O'Connell O'Shea Okonkwo Oliveira Ong
Osei Panagiotou Papadakis Patel Pereira Petrov Pham Popescu Prasad Quach Quinlan Rahimi Ramirez Reddy Rinaldi Rosen
Ryan Saleh Santos Schneider Sharma Shehadeh Silvestri Singh Stojanovic Sullivan Suzuki Taylor Tesfaye Thapa Tran
Tuilagi Vella Venter Vo Walsh Warsame Weber Whelan Williams Wirihana Wong Wu Yamamoto Yildiz Yoon Zammit Zhang
""")

STREETS = listed("""
Acacia Albion Banksia Beattie Boronia Bridge Canal Cavendish Chapel Church Clarence Creek Darling Denison Dock Elder
Ferry Forbes George Glebe Harbour Hill Hunter Jacaranda Kent Lilyfield Macquarie Mill Norton Ocean Orchard Palmer
Parramatta Pier Queen Railway Reservoir Station Sussex Union Victoria Waratah Wattle Wentworth York
""")
KINDS_OF_STREET = ("Street", "Street", "Street", "Road", "Avenue", "Lane", "Parade")

TOWNS = (
    ("Sydney", "2000"), ("Millers Point", "2000"), ("Pyrmont", "2009"), ("Surry Hills", "2010"), ("Glebe", "2037"),
    ("Annandale", "2038"), ("Rozelle", "2039"), ("Leichhardt", "2040"), ("Balmain", "2041"), ("Newtown", "2042"),
    ("Erskineville", "2043"), ("Marrickville", "2204"), ("Redfern", "2016"), ("Waterloo", "2017"), ("Ashfield", "2131"),
    ("Croydon", "2132"), ("Burwood", "2134"), ("North Sydney", "2060"), ("Randwick", "2031"), ("Bondi", "2026"),
)  # fmt: skip
