"""How the traffic light takes messages of people who have read neither rules nor training messages."""
