# SPDX-License-Identifier: GPL-2.0-only
"""DQN training steps per second in PyTorch: what sterna-bench-agent is compared with.

The algorithm and the sizes are those of ns3::sterna::DqnAgent in that program: 156-64-32-24 with
ReLU, Double Q-learning, proportional prioritised replay (sum tree in NumPy, vectorised over the
batch), squared loss with a gradient norm of at most 10, Adam, one thread. A step stores one
transition and trains on one batch. Prints 'steps/s' and the median over the rounds.
"""

import argparse
import statistics
import time

import numpy as np
import torch
from torch import nn

FEATURES = 156
CHOICES = 24
ALPHA = 0.6
EPSILON = 1e-6
DISCOUNT = 0.99
TARGET_UPDATE = 500
BETA_STEPS = 100000


class SumTree:
    """Weights in a binary tree of sums, changed and searched many at a time."""

    def __init__(self, size):
        self.depth = max(size - 1, 1).bit_length()
        self.leaves = 1 << self.depth
        self.nodes = np.zeros(2 * self.leaves)

    def set(self, indices, weights):
        nodes = self.leaves + indices
        self.nodes[nodes] = weights
        for _ in range(self.depth):
            nodes = nodes >> 1
            self.nodes[nodes] = self.nodes[2 * nodes] + self.nodes[2 * nodes + 1]

    def find(self, sums):
        nodes = np.ones(len(sums), dtype=np.int64)
        for _ in range(self.depth):
            nodes = 2 * nodes
            left = self.nodes[nodes]
            right = (sums >= left) & (self.nodes[nodes + 1] > 0)
            sums = np.where(right, sums - left, sums)
            nodes = nodes + right
        return nodes - self.leaves


class Agent:
    """Double DQN with prioritised replay."""

    def __init__(self, capacity, batch):
        self.capacity = capacity
        self.batch = batch
        self.steps = 0
        self.size = 0
        self.largest = 1.0
        self.features = np.zeros((capacity, FEATURES), dtype=np.float32)
        self.next = np.zeros((capacity, FEATURES), dtype=np.float32)
        self.mask = np.zeros((capacity, CHOICES), dtype=bool)
        self.choices = np.zeros(capacity, dtype=np.int64)
        self.rewards = np.zeros(capacity, dtype=np.float32)
        self.terminated = np.zeros(capacity, dtype=np.float32)
        self.tree = SumTree(capacity)
        self.random = np.random.default_rng(1)
        self.online = self.make_network()
        self.target = self.make_network()
        self.target.load_state_dict(self.online.state_dict())
        self.optimizer = torch.optim.Adam(self.online.parameters(), lr=2.5e-4)

    @staticmethod
    def make_network():
        return nn.Sequential(
            nn.Linear(FEATURES, 64),
            nn.ReLU(),
            nn.Linear(64, 32),
            nn.ReLU(),
            nn.Linear(32, CHOICES),
        )

    def push(self, features, choice, reward, following, terminated):
        slot = self.steps % self.capacity
        self.features[slot] = features
        self.next[slot] = following
        self.mask[slot] = True
        self.choices[slot] = choice
        self.rewards[slot] = reward
        self.terminated[slot] = terminated
        self.tree.set(np.array([slot]), self.largest)
        self.size = min(self.size + 1, self.capacity)
        self.steps += 1
        if self.steps % TARGET_UPDATE == 0:
            self.target.load_state_dict(self.online.state_dict())

    def draw(self):
        total = self.tree.nodes[1]
        sums = (np.arange(self.batch) + self.random.random(self.batch)) * total / self.batch
        slots = np.minimum(self.tree.find(sums), self.capacity - 1)
        beta = min(1.0, 0.4 + 0.6 * self.steps / BETA_STEPS)
        probabilities = self.tree.nodes[self.tree.leaves + slots] / total
        weights = (self.size * probabilities) ** -beta
        return slots, torch.from_numpy((weights / weights.max()).astype(np.float32))

    def train(self):
        slots, weights = self.draw()
        following = torch.from_numpy(self.next[slots])
        with torch.no_grad():
            values = self.online(following).masked_fill(
                ~torch.from_numpy(self.mask[slots]), -torch.inf
            )
            best = values.argmax(1, keepdim=True)
            bootstrap = self.target(following).gather(1, best).squeeze(1)
            alive = 1.0 - torch.from_numpy(self.terminated[slots])
            targets = torch.from_numpy(self.rewards[slots]) + DISCOUNT * alive * bootstrap
        chosen = torch.from_numpy(self.choices[slots]).unsqueeze(1)
        errors = self.online(torch.from_numpy(self.features[slots])).gather(1, chosen)
        errors = errors.squeeze(1) - targets
        loss = (0.5 * weights * errors.square()).mean()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.online.parameters(), 10.0)
        self.optimizer.step()
        priorities = (errors.detach().abs().numpy().astype(np.float64) + EPSILON) ** ALPHA
        self.largest = max(self.largest, priorities.max())
        self.tree.set(slots, priorities)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--replay", type=int, default=10000)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    agent = Agent(arguments.replay, arguments.batch)
    observations = np.random.default_rng(2).uniform(-1, 1, (1000, FEATURES)).astype(np.float32)

    def store(i):
        following = observations[(i + 1) % 1000]
        agent.push(observations[i % 1000], i % CHOICES, following[0], following, i % 50 == 49)

    for i in range(arguments.replay):
        store(i)
    rates = []
    for _ in range(arguments.rounds):
        begin = time.perf_counter()
        for i in range(arguments.steps):
            store(i)
            agent.train()
        rates.append(arguments.steps / (time.perf_counter() - begin))
    print(f"steps/s {statistics.median(rates):.1f}")


if __name__ == "__main__":
    main()
