internal import MVCore
